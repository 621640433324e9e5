#!/usr/bin/env node
// Writes NOTICE: what is shipped, and under which licence, as the restored packages, package-lock.json and the models' manifests say.
//   scripts/notice.mjs           after 'dotnet restore AVServer.sln'
//   scripts/notice.mjs --check   writes nothing; says which lines are stale, and ends badly if any is
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = 'linux-x64';
const read = path => JSON.parse(readFileSync(join(root, path), 'utf8'));
// What a package's own licence doesn't say: libraries that were linked into its.
const inside = { vosk: 'libvosk.so, in it Kaldi and OpenFst (Apache-2.0), OpenBLAS and CLAPACK (BSD-3-Clause)' };
const byName = (a, b) => a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1;

// A package that has its licence as a file is recognised by a sentence of it.
const sentences = [
  ['MIT', /Permission is hereby granted, free of charge/],
  ['Apache-2.0', /Apache License\s+Version 2\.0/],
  ['BSD-3-Clause', /Redistribution and use in source and binary forms[\s\S]*Neither the name/],
  ['Public domain (SQLite)', /public domain/i],
];

/** What a project's program holds of NuGet's packages; what only builds or analyzes isn't among it. */
function packages(project) {
  const path = `${project}/obj/project.assets.json`;
  if (!existsSync(join(root, path))) throw new Error(`Expected ${path}; run 'dotnet restore AVServer.sln' first.`);
  const assets = read(path);
  const folders = Object.keys(assets.packageFolders);
  return Object.entries(Object.values(assets.targets)[0])
    .filter(([, entry]) => entry.type === 'package')
    .map(([key, entry]) => {
      const files = [...Object.keys(entry.runtime ?? {}), ...Object.keys(entry.runtimeTargets ?? {})].filter(file => !file.endsWith('_._'));
      const natives = Object.entries(entry.runtimeTargets ?? {}).filter(([, of]) => of.assetType === 'native' && of.rid === target).map(([file]) => file.split('/').at(-1));
      const [name, version] = key.split('/');
      return { name, version, natives: natives.sort(), files, folder: folders.map(folder => join(folder, assets.libraries[key].path)).find(existsSync) };
    })
    .filter(({ files, natives }) => files.length + natives.length > 0)
    .map(({ name, version, natives, folder }) => ({ name, version, natives, ...licenceOf(folder, name) }));
}

function licenceOf(folder, name) {
  const nuspec = readFileSync(join(folder, readdirSync(folder).find(file => file.endsWith('.nuspec'))), 'utf8');
  const text = element => nuspec.match(new RegExp(`<${element}>([^<]*)</${element}>`))?.[1].replaceAll('&amp;', '&').replace(/&lt;.*?&gt;/g, '').replace(/\s+/g, ' ').trim();
  const [, type, value] = nuspec.match(/<license type="(\w+)"[^>]*>([^<]*)</) ?? [];
  // An older package has it beside its description, which doesn't name it.
  const file = type === 'file' ? value : readdirSync(folder).find(name => name === 'LICENSE.txt');
  const licence = type === 'expression' ? value : file && sentences.find(([, sentence]) => sentence.test(readFileSync(join(folder, file), 'utf8')))?.[0];
  if (!licence) throw new Error(`Expected a licence that is known, ${name} states none; look what it is and teach scripts/notice.mjs to recognise it.`);
  return { licence, by: (text('copyright') || text('authors')).replace(/\.?\s*All rights reserved\.?$/i, '') };
}

process.on('uncaughtException', error => { console.error(`notice: ${error.message}`); process.exit(1); });

const lines = list => list.map(({ name, version, licence, by, natives = [] }) =>
  `  ${name} ${version} · ${licence}${by ? ` · ${by}` : ''}${natives.length > 0 ? `\n      with ${natives.join(', ')}` : ''}`).join('\n');
const without = (list, ...others) => list.filter(({ name }) => !others.flat().some(other => other.name === name)).sort(byName);
const merged = (...lists) => [...new Map(lists.flat().map(entry => [`${entry.name} ${entry.version}`, entry])).values()].sort(byName);

const server = merged(packages('src/AVServer.Server'), packages('clients/cli'));
const client = packages('clients/dotnet').sort(byName);
const lab = without(packages('src/AVServer.Lab'), server);

const models = readdirSync(join(root, 'models')).filter(name => existsSync(join(root, 'models', name, 'manifest.json'))).sort()
  .map(name => ({ ...read(`models/${name}/manifest.json`), folder: name }));
const { dependencies, optionalDependencies } = read('package.json');
const lock = read('package-lock.json').packages;
const npm = Object.keys({ ...dependencies, ...optionalDependencies }).sort()
  .filter(name => !models.some(({ source }) => source?.includes(`npm ${name} `)))   // those stand with their models
  .map(name => ({ name, natives: inside[name] && [inside[name]], version: lock[`node_modules/${name}`].version, licence: lock[`node_modules/${name}`].license ?? 'as its package says' }));

const notice = `AVServer
Copyright the AVServer authors
Licensed under the Apache License, Version 2.0 (LICENSE).

What is shipped with it, made by scripts/notice.mjs from the packages that are built in. The texts of the licences lie in the packages and, by these
names, at https://spdx.org/licenses. Beside it runs .NET with ASP.NET Core (MIT). The container's image has ffmpeg (GPL-2.0-or-later as Debian and
Ubuntu build it), GTK (LGPL-2.1-or-later) and the base image's packages too; their licences are in the image, under /usr/share/doc.

In the server and the av command, from NuGet:
${lines(server)}

In the server, from npm:
${lines(npm)}

What the .NET client library asks for:
${lines(client)}

In av-lab, which trains, beside those of the server:
${lines(lab)}

Models; whose data taught them, and what else their licences ask to be said, is in models/<name>/card.md:
${models.map(({ folder, version, licence, source }) => `  ${folder} ${version} · ${licence}${/\bnpm\b/.test(source ?? '') ? ` · ${source}` : ''}`).join('\n')}
`;

const path = join(root, 'NOTICE');
if (process.argv[2] !== '--check') {
  writeFileSync(path, notice);
} else {
  const [there, wanted] = [existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [], notice.split('\n')];
  const stale = [...wanted.filter(line => !there.includes(line)).map(line => `+ ${line}`), ...there.filter(line => !wanted.includes(line)).map(line => `- ${line}`)];
  if (stale.length > 0) {
    console.error(`NOTICE is stale; run scripts/notice.mjs:\n${stale.join('\n')}`);
    process.exitCode = 1;
  }
}
