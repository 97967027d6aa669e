// Draws strokes, sends them as a picture, shows the server's prediction.
"use strict";

const $ = (id) => document.getElementById(id);
const paper = $("paper");
const pen = {x: 224, y: 224, down: false, shown: false};  // of the keyboard
const state = {model: null, token: "", strokes: [], stroke: null, picture: null, asked: 0};
const kPenWidth = 30;
const kStep = 16;
const kShownClasses = 12;

// --- The server ---------------------------------------------------------------------------------

async function ask(path, body) {
  const headers = {"Content-Type": "application/json"};
  if (state.token) headers.Authorization = "Bearer " + state.token;
  const response = await fetch(path, {method: body === undefined ? "GET" : "POST", headers,
                                      body: body === undefined ? undefined : JSON.stringify(body)});
  if (response.status === 401) $("token-form").hidden = false;
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
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

// --- The paper ----------------------------------------------------------------------------------

function draw(context, ink, ground) {
  context.fillStyle = ground;
  context.fillRect(0, 0, paper.width, paper.height);
  if (state.picture) {
    const {image} = state.picture;
    const scale = Math.min(paper.width / image.width, paper.height / image.height);
    context.drawImage(image, (paper.width - scale * image.width) / 2,
                      (paper.height - scale * image.height) / 2,
                      scale * image.width, scale * image.height);
  }
  context.strokeStyle = ink;
  context.lineWidth = kPenWidth;
  context.lineCap = context.lineJoin = "round";
  for (const stroke of state.strokes) {
    context.beginPath();
    context.moveTo(stroke[0].x - 0.01, stroke[0].y);  // a line of length 0 is not drawn, so no dot either
    for (const point of stroke) context.lineTo(point.x, point.y);
    context.stroke();
  }
}

function redraw() {
  const style = getComputedStyle(document.documentElement);
  const context = paper.getContext("2d");
  draw(context, style.getPropertyValue("--ink"), style.getPropertyValue("--paper"));
  if (pen.shown) {
    context.beginPath();
    context.lineWidth = 3;
    context.strokeStyle = style.getPropertyValue("--accent");
    context.arc(pen.x, pen.y, pen.down ? 8 : 14, 0, 2 * Math.PI);
    context.stroke();
  }
  const empty = !state.strokes.length && !state.picture;
  $("undo").disabled = $("clear").disabled = empty;
}

function changed() {
  redraw();
  scheduleAsk();
}

function begin(point) {
  state.picture = null;
  state.stroke = [point];
  state.strokes.push(state.stroke);
  changed();
}

function extend(point) {
  if (!state.stroke) return;  // undone or cleared meanwhile
  state.stroke.push(point);
  changed();
}

// Ends the stroke that is being drawn.
function lift() {
  state.stroke = null;
  pen.down = false;
}

function undo() {
  if (state.picture) state.picture = null;
  else state.strokes.pop();
  lift();
  changed();
}

function clear() {
  state.picture = null;
  state.strokes = [];
  lift();
  changed();
}

async function open(file) {
  if (!file) return;
  try {
    state.picture = {file, image: await createImageBitmap(file)};
    state.strokes = [];
    lift();
    changed();
  } catch {
    showProblem(new Error("this file is no picture that the browser can show: open a PNG or JPEG"));
  }
}

function pointOf(event) {
  const box = paper.getBoundingClientRect();
  return {x: (event.clientX - box.left) * paper.width / box.width,
          y: (event.clientY - box.top) * paper.height / box.height};
}

paper.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || !event.isPrimary) return;  // one finger draws
  paper.setPointerCapture(event.pointerId);
  pen.shown = pen.down = false;
  begin(pointOf(event));
});
paper.addEventListener("pointermove", (event) => {
  if (!event.isPrimary || !paper.hasPointerCapture(event.pointerId)) return;
  const events = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
  for (const each of events.length ? events : [event]) extend(pointOf(each));
});

const kArrows = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
paper.addEventListener("keydown", (event) => {
  const arrow = kArrows[event.key];
  if (arrow) {
    pen.shown = true;
    pen.x = Math.min(Math.max(pen.x + kStep * arrow[0], 0), paper.width);
    pen.y = Math.min(Math.max(pen.y + kStep * arrow[1], 0), paper.height);
    if (pen.down) extend({x: pen.x, y: pen.y});
    else redraw();
  } else if (event.key === " ") {
    pen.shown = true;
    pen.down = !pen.down;
    if (pen.down) begin({x: pen.x, y: pen.y});
    else redraw();
  } else if (event.key.toLowerCase() === "u") {
    undo();
  } else if (event.key.toLowerCase() === "c") {
    clear();
  } else {
    return;
  }
  event.preventDefault();
});
paper.addEventListener("focus", redraw);

// A file that is dropped beside the paper must not replace the page.
const has_file = (event) => event.dataTransfer.types.includes("Files");
document.addEventListener("dragover", (event) => {
  if (!has_file(event)) return;
  event.preventDefault();
  paper.classList.add("over");
});
document.addEventListener("dragleave", () => paper.classList.remove("over"));
document.addEventListener("drop", (event) => {
  if (!has_file(event)) return;
  event.preventDefault();
  paper.classList.remove("over");
  open(event.dataTransfer.files[0]);
});
$("file").addEventListener("change", (event) => {
  open(event.target.files[0]);
  event.target.value = "";
});
$("undo").addEventListener("click", undo);
$("clear").addEventListener("click", clear);
$("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  state.token = $("token").value;
  loadModel();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

redraw();
loadModel();
