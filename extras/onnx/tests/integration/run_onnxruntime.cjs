// Runs ONNX models on images by the ONNX Runtime below the folder DIGITS_ORT:
//
//   node run_onnxruntime.cjs FOLDER
//
// FOLDER/subjects.json lists objects with `name` and `shape` (of the images). For each, the script reads
// NAME.onnx and NAME.images (raw float32), and writes NAME.onnxruntime, the logits.
const fs = require('fs');
const path = require('path');
const ort = require(require.resolve('onnxruntime-node', { paths: [process.env.DIGITS_ORT] }));

async function main(folder) {
  for (const { name, shape } of JSON.parse(fs.readFileSync(path.join(folder, 'subjects.json')))) {
    const session = await ort.InferenceSession.create(path.join(folder, `${name}.onnx`));
    const pixels = new Uint8Array(fs.readFileSync(path.join(folder, `${name}.images`)));
    const images = new ort.Tensor('float32', new Float32Array(pixels.buffer), shape);
    const { data } = (await session.run({ images })).logits;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    fs.writeFileSync(path.join(folder, `${name}.onnxruntime`), bytes);
  }
}

main(process.argv[2]);
