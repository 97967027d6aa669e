// Draws on the page in a real browser, for page.cjs and page_failures.cjs.

// Strokes in shares of the paper's side, in writing order.
const pens = {
  1: [[[0.42, 0.3], [0.52, 0.2], [0.52, 0.8]]],
  7: [[[0.3, 0.22], [0.72, 0.22], [0.6, 0.5], [0.48, 0.82]]],
  0: [[...Array(25).keys()].map((i) => {
    const angle = -Math.PI / 2 - (2 * Math.PI * i) / 24;
    return [0.5 + 0.2 * Math.cos(angle), 0.5 + 0.3 * Math.sin(angle)];
  })],
};

// A stroke in the page's coordinates, with six steps for each of its lines.
function pointsOn(box, stroke) {
  const at = ([x, y]) => ({x: box.x + x * box.width, y: box.y + y * box.height});
  const points = [at(stroke[0])];
  for (let i = 1; i < stroke.length; ++i) {
    const [from, to] = [at(stroke[i - 1]), at(stroke[i])];
    for (let k = 1; k <= 6; ++k) {
      points.push({x: from.x + (to.x - from.x) * k / 6, y: from.y + (to.y - from.y) * k / 6});
    }
  }
  return points;
}

async function byMouse(page, points) {
  await page.mouse.move(points[0].x, points[0].y);
  await page.mouse.down();
  for (const {x, y} of points.slice(1)) await page.mouse.move(x, y);
  await page.mouse.up();
}

// A second finger slips over the paper meanwhile.
async function byFinger(page, points) {
  const session = await page.context().newCDPSession(page);
  const touch = (type, touchPoints) => session.send("Input.dispatchTouchEvent", {type, touchPoints});
  const second = (k) => ({x: points[0].x - 60, y: points[0].y + 200 + k, id: 1});
  await touch("touchStart", [{...points[0], id: 0}]);
  await touch("touchStart", [{...points[0], id: 0}, second(0)]);
  for (const [k, point] of points.entries()) await touch("touchMove", [{...point, id: 0}, second(k)]);
  await touch("touchEnd", []);
}

async function byPen(page, points) {
  const session = await page.context().newCDPSession(page);
  const move = (type, point) => session.send("Input.dispatchMouseEvent", {
    type, ...point, pointerType: "pen", button: "left", buttons: 1, clickCount: 1});
  await move("mousePressed", points[0]);
  for (const point of points.slice(1)) await move("mouseMoved", point);
  await move("mouseReleased", points[points.length - 1]);
}

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

// The answer to these strokes alone.
async function drawn(page, strokes, draw = byMouse) {
  await page.evaluate(() => document.getElementById("clear").click());
  await answered(page);
  const box = await page.locator("#paper").boundingBox();
  for (const stroke of strokes) await draw(page, pointsOn(box, stroke));
  return answered(page);
}

// Prints the outcome of the steps as a line of JSON.
async function run(playwright, chromium, steps) {
  const args = ["--no-sandbox", "--disable-dev-shm-usage"];
  const browser = await require(playwright).chromium.launch({executablePath: chromium, args});
  const page = await browser.newPage({viewport: {width: 1100, height: 760}, hasTouch: true});
  console.log(JSON.stringify(await steps(page)));
  await browser.close();
}

module.exports = {
  pens, byFinger, byPen, answered, drawn,
  run: (...words) => run(...words).catch((error) => {
    console.error(error);
    process.exit(1);
  }),
};
