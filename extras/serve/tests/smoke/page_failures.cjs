// Opens the page of a server that requires a token, and prints what it shows as a line of JSON: without the
// token, with another one, and with TOKEN; then when the server stops, and when a proxy answers in its place.
//   node page_failures.cjs PLAYWRIGHT CHROMIUM URL TOKEN
const [, , playwright, chromium, url, token] = process.argv;
const {pens, answered, drawn, run} = require("./browser.cjs");

const problem = "#problem:not([hidden])";

async function enter(page, text) {
  await page.fill("#token", text);
  await page.click("#token-form button");
}

// The answer to a digit while `handle` has the requests in place of the server.
async function replaced(page, handle) {
  await page.route("**/infer", handle);
  const answer = await drawn(page, pens[7]);
  await page.unroute("**/infer");
  return answer;
}

const html = (status) => (route) =>
  route.fulfill({status, contentType: "text/html", body: "<html><h1>Sorry</h1></html>"});

run(playwright, chromium, async (page) => {
  const result = {};
  await page.goto(url);
  result.without = await page.textContent(problem);
  result.model_without = await page.textContent("#model");
  await enter(page, "not-the-token-at-all");
  await page.waitForSelector(`${problem}:has-text("not the server's token")`);
  await enter(page, ` ${token} `);
  await page.waitForFunction(() => document.querySelectorAll("#bars li").length > 0);
  result.with = await answered(page);
  result.asks_again = await page.isVisible("#token-form");
  result.model = await page.textContent("#model");
  result.stopped = await replaced(page, (route) => route.abort());
  result.bad_gateway = await replaced(page, html(502));
  result.too_large = await replaced(page, html(413));
  result.again = await drawn(page, pens[7]);
  return result;
});
