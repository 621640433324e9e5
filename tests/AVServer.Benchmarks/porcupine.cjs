// Counts what Porcupine finds in recordings: node porcupine.cjs MODULE KEYWORD SENSITIVITY < paths of raw 16-bit mono files of 16 kHz, a line each.
// Prints a line of JSON: the number of detections of each file, and the processor seconds.
const [folder, keyword, sensitivity] = process.argv.slice(2);
const { readFileSync } = require('node:fs');
const Porcupine = require(folder);
const engine = new Porcupine([require(`${folder}/builtin_keywords`)[keyword.toUpperCase()]], [Number(sensitivity)]);
const files = readFileSync(0, 'utf8').trim().split('\n');
const before = process.cpuUsage();
const found = files.map(path => {
  const bytes = readFileSync(path);
  const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
  let count = 0;
  for (let at = 0; at + engine.frameLength <= samples.length; at += engine.frameLength)
    if (engine.process(samples.subarray(at, at + engine.frameLength)) >= 0) count++;
  return count;
});
const { user, system } = process.cpuUsage(before);
engine.release();
console.log(JSON.stringify({ found, seconds: (user + system) / 1e6 }));
