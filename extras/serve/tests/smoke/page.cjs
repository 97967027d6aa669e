// Draws digits on the page in a real browser, and prints the page's state as a line of JSON.
//   node page.cjs PLAYWRIGHT CHROMIUM URL [SCREENSHOTS]
// PLAYWRIGHT is the folder of playwright-core; screenshots are written to SCREENSHOTS.
const [, , playwright, chromium, url, screenshots] = process.argv;
const {pens, byFinger, byPen, answered, drawn, run} = require("./browser.cjs");

async function shoot(page, name, options = {}) {
  if (screenshots) await page.screenshot({path: `${screenshots}/${name}.png`, ...options});
}

// Takes a stroke back, or all, in the middle of another one, and goes on with the mouse.
async function interrupted(page, key) {
  const box = await page.locator("#paper").boundingBox();
  await page.mouse.move(box.x + 100, box.y + 100);
  await page.mouse.down();
  await page.keyboard.press(key);
  await page.mouse.move(box.x + 200, box.y + 200, {steps: 3});
  await page.mouse.up();
  return answered(page);
}

// The browser's commands: copy, view the source, a menu.
async function commanded(page) {
  await drawn(page, pens[7]);
  await page.focus("#paper");
  for (const keys of ["Control+c", "Meta+c", "Control+u", "Alt+u"]) await page.keyboard.press(keys);
  return answered(page);
}

// The brightness of the paper at a place in shares of its side.
function brightness(page, [x, y]) {
  return page.evaluate(([x, y]) => {
    const {width, height} = document.getElementById("paper");
    const context = document.getElementById("paper").getContext("2d");
    return context.getImageData(x * width, y * height, 1, 1).data[0];
  }, [x, y]);
}

// The answer to a digit of one stroke, the paper at its end, and the page after one step back.
async function undoneOnce(page, device) {
  const answer = await drawn(page, pens[7], device);
  const end = await brightness(page, pens[7][0].at(-1));
  await page.evaluate(() => document.getElementById("undo").click());
  return {...answer, end, undone: (await answered(page)).confidence};
}

// Drops a picture beside the paper.
async function dropped(page) {
  await page.evaluate(async () => {
    const blob = await new Promise((done) => document.getElementById("paper").toBlob(done));
    const files = new DataTransfer();
    files.items.add(new File([blob], "drawn.png"));
    document.getElementById("clear").click();
    document.body.dispatchEvent(new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer: files}));
  });
  await page.waitForSelector("#undo:not([disabled])");
  return answered(page);
}

// A seven by the keyboard alone.
async function typed(page) {
  await page.focus("#paper");
  await page.keyboard.press("c");
  await answered(page);
  const press = async (key, times) => {
    for (let i = 0; i < times; ++i) await page.keyboard.press(key);
  };
  await press("ArrowUp", 8);
  await press("ArrowLeft", 6);
  await press(" ", 1);
  await press("ArrowRight", 12);
  for (let i = 0; i < 8; ++i) {
    await press("ArrowDown", 2);
    if (i % 2 === 0) await press("ArrowLeft", 1);
  }
  await press(" ", 1);
  return answered(page);
}

// The brightness of a drawing after the change to dark colours, then the answer to another one.
async function inTheDark(page) {
  await drawn(page, pens[1]);
  await page.emulateMedia({colorScheme: "dark"});
  const colours = await page.evaluate(async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    await frame();
    await frame();
    const channel = (name) => Number(getComputedStyle(document.body)[name].match(/\d+/)[0]);
    return {page: channel("backgroundColor"), text: channel("color")};
  });
  const [paper, ink] = [await brightness(page, [0.1, 0.1]), await brightness(page, pens[1][0].at(-1))];
  const answer = await drawn(page, pens[7]);
  await shoot(page, "dark");
  await page.emulateMedia({colorScheme: "light"});
  return {...colours, paper, ink, ...answer};
}

function watch(page, result) {
  page.on("console", (message) => {
    if (message.type() === "error") result.problems.push(message.text());
  });
  page.on("response", async (response) => {
    if (response.status() >= 400) result.problems.push(await response.text());
  });
  page.on("pageerror", (error) => result.problems.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(url)) result.outside.push(request.url());
  });
}

run(playwright, chromium, async (page) => {
  const result = {problems: [], drawn: {}, outside: []};
  watch(page, result);
  await page.goto(url);
  await page.waitForFunction(() => document.querySelectorAll("#bars li").length > 0);
  result.model = await page.textContent("#model");
  for (const [digit, strokes] of Object.entries(pens)) {
    result.drawn[digit] = await drawn(page, strokes);
    await shoot(page, `wide-${digit}`);
  }
  await drawn(page, pens[7]);
  result.dropped = await dropped(page);
  await drawn(page, pens[1]);
  result.undone_stroke = await interrupted(page, "u");
  result.interrupted = await interrupted(page, "c");
  result.commanded = await commanded(page);
  result.finger = await undoneOnce(page, byFinger);
  result.pen = await undoneOnce(page, byPen);
  result.dot = await drawn(page, [[[0.5, 0.5]]]);
  result.typed = await typed(page);
  await shoot(page, "typed");
  await page.click("#undo");
  result.undone = (await answered(page)).confidence;
  result.dark = await inTheDark(page);
  await page.setViewportSize({width: 360, height: 740});
  result.narrow = await drawn(page, pens[7]);
  result.overflow = await page.evaluate(
    () => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  await shoot(page, "narrow", {fullPage: true});
  return result;
});
