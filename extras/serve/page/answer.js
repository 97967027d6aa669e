// Sends the paper as a picture, and shows the server's prediction. The server sends the scripts of
// this folder as one, /page.js, in the order of their names.
"use strict";

const $ = (id) => document.getElementById(id);
const state = {model: null, token: "", strokes: [], stroke: null, picture: null, asked: 0};
const kShownClasses = 12;

// --- The server ---------------------------------------------------------------------------------

async function send(path, body) {
  const headers = {"Content-Type": "application/json"};
  if (state.token) headers.Authorization = "Bearer " + state.token;
  const options = body === undefined ? {headers} : {method: "POST", headers, body: JSON.stringify(body)};
  try {
    const response = await fetch(path, options);
    return {status: response.status, text: await response.text()};
  } catch {
    throw new Error("the server at " + location.host + " does not answer: is it still running?");
  }
}

// A proxy between the page and the server answers in HTML.
function parsed(status, text) {
  try {
    return JSON.parse(text);
  } catch {
    const hint = status === 413 ? "open a smaller picture" : "is the server behind it still running?";
    throw new Error("status " + status + " without JSON: the answer comes from a proxy; " + hint);
  }
}

async function ask(path, body) {
  const {status, text} = await send(path, body);
  if (status === 401) {
    $("token-form").hidden = false;
    throw new Error(state.token ? "this is not the server's token" : "the server needs a token");
  }
  const answer = parsed(status, text);
  if (status !== 200) throw new Error(answer.error || "status " + status);
  $("token-form").hidden = true;
  return answer;
}

async function loadModel() {
  try {
    const index = await ask("v2/repository/index", {});
    state.model = await ask("v2/models/" + index[0].name);
    showModel(index[0].version);
    makeBars();
    scheduleAsk();
  } catch (error) {
    $("model").textContent = "no model";
    showProblem(error);
  }
}

function base64(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 32768) {
    text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  }
  return btoa(text);
}

async function pictureBytes() {
  if (state.picture) return new Uint8Array(await state.picture.file.arrayBuffer());
  const sheet = document.createElement("canvas");
  sheet.width = paper.width;
  sheet.height = paper.height;
  draw(sheet.getContext("2d"), "#000", "#fff");
  const blob = await new Promise((done) => sheet.toBlob(done, "image/png"));
  return new Uint8Array(await blob.arrayBuffer());
}

async function askAboutPaper(number) {
  try {
    if (!state.model) return await loadModel();
    if (!state.strokes.length && !state.picture) return clearAnswer();
    const data = base64(await pictureBytes());
    const start = performance.now();
    const answer = await ask("v2/models/" + state.model.name + "/infer", {
      inputs: [{name: "picture", shape: [1], datatype: "BYTES", data: [data],
                parameters: {one: !state.picture}}],
      outputs: [{name: "probabilities"}, {name: "pixels"}],
    });
    if (number === state.asked) showAnswer(answer, performance.now() - start);
  } catch (error) {
    if (number === state.asked) showProblem(error);
  } finally {
    if (number === state.asked) $("answer").setAttribute("aria-busy", "false");
  }
}

// Until the answer to the last change is shown, the answer is busy.
let timer = 0;
function scheduleAsk() {
  const number = ++state.asked;
  $("answer").setAttribute("aria-busy", "true");
  clearTimeout(timer);
  timer = setTimeout(() => askAboutPaper(number), 60);
}

// --- The answer ---------------------------------------------------------------------------------

function showModel(version) {
  $("model").textContent = "model " + state.model.name + ", version " + version;
}

function makeBars() {
  const names = state.model.parameters.class_names;
  $("bars").replaceChildren(...names.slice(0, kShownClasses).map(() => {
    const row = document.createElement("li");
    for (const part of ["name", "track", "value"]) {
      const span = document.createElement("span");
      span.className = part;
      row.append(span);
    }
    const bar = document.createElement("div");
    bar.className = "bar";
    row.children[1].append(bar);
    return row;
  }));
  showProbabilities(names.map(() => 0), false);
}

// All classes in their order; of many classes the most probable ones.
function showProbabilities(probabilities, known) {
  const names = state.model.parameters.class_names;
  let order = names.map((_, i) => i);
  if (names.length > kShownClasses) order.sort((a, b) => probabilities[b] - probabilities[a]);
  const best = probabilities.indexOf(Math.max(...probabilities));
  [...$("bars").children].forEach((row, i) => {
    const k = order[i];
    row.className = known && k === best ? "best" : "";
    row.children[0].textContent = names[k];
    row.children[1].firstChild.style.width = 100 * probabilities[k] + "%";
    row.children[2].textContent = known ? (100 * probabilities[k]).toFixed(1) + " %" : "";
  });
  return best;
}

function showAnswer(answer, milliseconds) {
  const [probabilities, pixels] = answer.outputs;
  const best = showProbabilities(probabilities.data, true);
  $("problem").hidden = true;
  $("label").textContent = state.model.parameters.class_names[best];
  $("confidence").textContent = (100 * probabilities.data[best]).toFixed(1) + " % confident";
  $("latency").textContent = "answered in " + milliseconds.toFixed(1) + " ms";
  showModel(answer.model_version);
  showSeen(pixels);
}

function showSeen(pixels) {
  const [, channels, rows, cols] = pixels.shape;
  const seen = $("seen");
  seen.width = cols;
  seen.height = rows;
  const image = new ImageData(cols, rows);
  for (let i = 0; i < rows * cols; ++i) {
    for (let c = 0; c < 3; ++c) {
      image.data[4 * i + c] = pixels.data[(channels === 3 ? c : 0) * rows * cols + i];
    }
    image.data[4 * i + 3] = 255;
  }
  seen.getContext("2d").putImageData(image, 0, 0);
}

function clearAnswer() {
  $("label").textContent = "–";
  $("confidence").textContent = "nothing drawn yet";
  $("latency").textContent = "";
  $("problem").hidden = true;
  $("seen").getContext("2d").clearRect(0, 0, $("seen").width, $("seen").height);
  if (state.model) showProbabilities(state.model.parameters.class_names.map(() => 0), false);
}

function showProblem(error) {
  clearAnswer();
  $("confidence").textContent = "no answer";
  $("problem").textContent = error.message;
  $("problem").hidden = false;
}
