// Draws digits on the page in a real browser, and prints the page's state as a line of JSON.
//   node page.cjs PLAYWRIGHT CHROMIUM URL [SCREENSHOTS]
// PLAYWRIGHT is the folder of playwright-core; screenshots are written to SCREENSHOTS.
const [, , playwright, chromium, url, screenshots] = process.argv;
const {chromium: browserType} = require(playwright);

// Strokes in shares of the paper's side, in writing order.
const pens = {
  1: [[[0.42, 0.3], [0.52, 0.2], [0.52, 0.8]]],
  7: [[[0.3, 0.22], [0.72, 0.22], [0.6, 0.5], [0.48, 0.82]]],
  0: [[...Array(25).keys()].map((i) => {
    const angle = -Math.PI / 2 - (2 * Math.PI * i) / 24;
    return [0.5 + 0.2 * Math.cos(angle), 0.5 + 0.3 * Math.sin(angle)];
  })],
};

// The answer to the last change.
async function answered(page) {
  await page.waitForSelector('#answer[aria-busy="false"]');
  return page.evaluate(() => ({
    label: document.getElementById("label").textContent,
    confidence: document.getElementById("confidence").textContent,
    problem: document.getElementById("problem").hidden
      ? "" : document.getElementById("problem").textContent,
    seen: (() => {
      const seen = document.getElementById("seen");
      const data = seen.getContext("2d").getImageData(0, 0, seen.width, seen.height).data;
      return data.filter((value, i) => i % 4 === 0 && value > 127).length;
    })(),
  }));
}

async function drawn(page, strokes) {
  await page.evaluate(() => document.getElementById("clear").click());
  await answered(page);
  const box = await page.locator("#paper").boundingBox();
  for (const stroke of strokes) {
    const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
    await page.mouse.move(...at(stroke[0]));
    await page.mouse.down();
    for (const point of stroke.slice(1)) await page.mouse.move(...at(point), {steps: 6});
    await page.mouse.up();
  }
  return answered(page);
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

(async () => {
  const browser = await browserType.launch({executablePath: chromium, args: ["--no-sandbox", "--disable-dev-shm-usage"]});
  const page = await browser.newPage({viewport: {width: 1100, height: 760}});
  const result = {problems: [], drawn: {}, outside: []};
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
  await page.goto(url);
  await page.waitForFunction(() => document.querySelectorAll("#bars li").length > 0);
  result.model = await page.textContent("#model");
  for (const [digit, strokes] of Object.entries(pens)) {
    result.drawn[digit] = await drawn(page, strokes);
    if (screenshots) await page.screenshot({path: `${screenshots}/wide-${digit}.png`});
  }
  await drawn(page, pens[7]);
  result.dropped = await dropped(page);
  await drawn(page, pens[1]);
  result.undone_stroke = await interrupted(page, "u");
  result.interrupted = await interrupted(page, "c");
  result.dot = await drawn(page, [[[0.5, 0.5]]]);
  result.typed = await typed(page);
  if (screenshots) await page.screenshot({path: `${screenshots}/typed.png`});
  await page.click("#undo");
  result.undone = (await answered(page)).confidence;
  if (screenshots) {
    await page.emulateMedia({colorScheme: "dark"});
    await drawn(page, pens[7]);
    await page.screenshot({path: `${screenshots}/dark.png`});
  }
  await page.setViewportSize({width: 360, height: 740});
  result.narrow = await drawn(page, pens[7]);
  result.overflow = await page.evaluate(
    () => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  if (screenshots) await page.screenshot({path: `${screenshots}/narrow.png`, fullPage: true});
  console.log(JSON.stringify(result));
  await browser.close();
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
