// Compiles the sample and the wire's golden records against avserver.d.ts, and compares what the types promise with what the module has.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import ts from 'typescript';
import * as module from '../../../clients/web/avserver.js';
import { Publication } from '../../../clients/web/publication.js';

const { folder, golden } = JSON.parse(process.argv[2]);
const types = new URL('../../../clients/web/avserver.d.ts', import.meta.url).pathname;
const sample = new URL('./sample.ts', import.meta.url).pathname;

const typesOfRecords = {
  scoreReport: 'ScoreReport', model: 'ModelSummary', filter: 'EventFilter', 'filter.empty': 'EventFilter',
  'keyword.trained': 'KeywordSummary', 'keyword.given': 'KeywordSummary', keywordDetails: 'KeywordDetails',
  keywordRequest: 'KeywordRequest',
};
const typeOf = name => name.startsWith('event.') ? 'StreamEvent' : typesOfRecords[name];
const records = Object.entries(JSON.parse(await readFile(golden, 'utf8'))).filter(([name]) => typeOf(name));
assert.ok(records.length > 15, 'Expected the golden records of the wire.');
const wire = `${folder}/wire.ts`;
const lines = records.map(([name, value], i) => `export const record${i}: types.${typeOf(name)} = ${JSON.stringify(value)};   // ${name}`);
ts.sys.writeFile(wire, `import type * as types from '${types.replace('.d.ts', '.js')}';\n${lines.join('\n')}\n`);

const program = ts.createProgram([sample, wire, types], {
  noEmit: true, strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, types: [],
  target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.asynciterable.d.ts'],
});
const errors = ts.getPreEmitDiagnostics(program);
assert.equal(errors.length, 0, ts.formatDiagnostics(errors, { getCanonicalFileName: name => name, getCurrentDirectory: () => folder, getNewLine: () => '\n' }));

const checker = program.getTypeChecker();
const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(types)));
const named = name => exported.find(symbol => symbol.name === name);
const members = symbol => checker.getDeclaredTypeOfSymbol(symbol).getProperties().map(member => member.name).sort();
assert.deepEqual(exported.filter(symbol => symbol.flags & ts.SymbolFlags.Value).map(symbol => symbol.name).sort(), Object.keys(module).sort());
assert.deepEqual(members(named('AVServer')), methods(module.AVServer));
// What starts a publication is the module's own business.
const made = new Publication({ open: () => {}, microphone: false, camera: false });
assert.deepEqual(members(named('Publication')), [...methods(Publication), ...Object.keys(made)].filter(name => name !== 'start').sort());

function methods(type) { return Object.getOwnPropertyNames(type.prototype).filter(name => name !== 'constructor').sort(); }
