// Fits TorchSharp to this system and to the garbage collector.
//   node scripts/torchsharp-native.mjs check             exit status 0: the library loads as it is; 1: it wants the fix
//   node scripts/torchsharp-native.mjs copy FROM TO      writes FROM to TO, with the fix where it is wanted
//   node scripts/torchsharp-native.mjs keep FROM TO      writes TorchSharp.dll to TO so that it keeps its arguments alive
//
// The library is built by GCC 13 and says that it needs GLIBCXX_3.4.32, which the libstdc++ of GCC 12 (Debian 12) lacks, so that
// the loader refuses it. The one symbol of that version, std::ios_base_library_init(), is a mark that <iostream> leaves: nothing
// calls it, no relocation names it. The fix marks the need for the version as weak, which the loader passes over.
//
// TorchSharp 0.107 hands native memory of a number (Scalar) to libtorch and doesn't hold on to the number meanwhile: a collection at that moment frees it, and
// the step of the training fails or computes with whatever stands there. Where an assembly says of itself that it isn't to be optimised, arguments live
// until their method returns. So it is made to say so; what it does besides calling libtorch takes no time to speak of.
import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

const version = 'GLIBCXX_3.4.32';
const weak = 2;                          // VER_FLG_WEAK
const sectionOfNeeds = 0x6ffffffe;       // SHT_GNU_verneed

/** Whether the libstdc++ that the loader finds defines the version; false where it finds none. */
function systemHasVersion() {
  const listed = execFileSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' });
  const path = listed.match(/libstdc\+\+\.so\.6 \(libc6,x86-64\) => (.+)/)?.[1];
  return path !== undefined && readFileSync(path).includes(`${version}\0`);
}

/** Marks the needs for the version as weak in the bytes of a 64-bit little-endian ELF file; returns how many there were. */
function weaken(elf) {
  const u16 = at => elf.readUInt16LE(at), u32 = at => elf.readUInt32LE(at), u64 = at => Number(elf.readBigUInt64LE(at));
  const [sections, sectionSize, sectionCount] = [u64(0x28), u16(0x3a), u16(0x3c)];
  const section = index => sections + (index * sectionSize);
  let marked = 0;
  for (let i = 0; i < sectionCount; i++) {
    if (u32(section(i) + 4) !== sectionOfNeeds) continue;
    const names = u64(section(u32(section(i) + 0x28)) + 0x18);
    // A list of libraries, each with a list of versions that are needed of it; a distance of 0 ends a list.
    for (let library = u64(section(i) + 0x18), more = true; more; library += u32(library + 12)) {
      more = u32(library + 12) !== 0;
      for (let need = library + u32(library + 8), left = u16(library + 2); left > 0; need += u32(need + 12), left--) {
        const name = names + u32(need + 8);
        if (elf.toString('latin1', name, elf.indexOf(0, name)) !== version) continue;
        elf.writeUInt16LE(u16(need + 4) | weak, need + 4);
        marked++;
      }
    }
  }
  return marked;
}

/** Makes an assembly's DebuggableAttribute say Default, EnableEditAndContinue and DisableOptimizations beside what it says; returns how many there were. */
function keepArguments(assembly) {
  const [says, shallSay] = ['0100020000000000', '0100070100000000'].map(value => Buffer.from(value, 'hex'));
  let changed = 0;
  for (let at = assembly.indexOf(says); at >= 0; at = assembly.indexOf(says, at + 1), changed++) shallSay.copy(assembly, at);
  return changed;
}

/** Renamed into place, so that nobody finds half a file. */
function write(path, bytes) {
  writeFileSync(`${path}.new`, bytes);
  renameSync(`${path}.new`, path);
}

const [verb, from, to] = process.argv.slice(2);
if (verb === 'check') {
  process.exitCode = systemHasVersion() ? 0 : 1;
} else if (verb === 'copy') {
  const library = readFileSync(from);
  if (!systemHasVersion() && weaken(library) > 0)
    console.log(`This system's libstdc++ is older than TorchSharp's library asks for (${version}): the build's copy of it is told to do without.`);
  write(to, library);
} else if (verb === 'keep') {
  const assembly = readFileSync(from);
  if (keepArguments(assembly) !== 1) throw new Error(`Expected one DebuggableAttribute in ${from}; look whether this TorchSharp still needs the change.`);
  write(to, assembly);
} else {
  console.error(`torchsharp-native: expected check, copy or keep, got '${verb ?? ''}'`);
  process.exitCode = 2;
}
