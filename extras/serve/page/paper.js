// Draws strokes by mouse, finger, pen or keyboard, opens pictures, and starts the page.

const paper = $("paper");
const pen = {x: 224, y: 224, down: false, shown: false};  // of the keyboard
const kPenWidth = 30;
const kStep = 16;

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
  if (event.ctrlKey || event.metaKey || event.altKey) return;  // a command of the browser
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
  state.token = $("token").value.trim();
  loadModel();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

redraw();
loadModel();
