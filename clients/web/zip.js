const localHeader = 0x04034b50;
const centralHeader = 0x02014b50;
const endOfCentral = 0x06054b50;
const utf8Names = 0x0800;
const version = 20;

/**
 * A ZIP archive whose files are stored as they are: sound hardly shrinks.
 * @param {{name: string, bytes: Uint8Array}[]} files together below 4 GB
 * @param {Date} [at] the files' time
 * @returns {Blob}
 */
export function zip(files, at = new Date()) {
  const [parts, directory] = [[], []];
  let offset = 0;
  for (const { name, bytes } of files) {
    const encoded = new TextEncoder().encode(name);
    const shared = [version, 16, utf8Names, 16, 0, 16, dosTime(at), 16, dosDate(at), 16, crc32(bytes), 32, bytes.length, 32, bytes.length, 32, encoded.length, 16, 0, 16];
    const header = pack([localHeader, 32, ...shared]);
    directory.push(pack([centralHeader, 32, version, 16, ...shared, 0, 16, 0, 16, 0, 16, 0, 32, offset, 32]), encoded);
    parts.push(header, encoded, bytes);
    offset += header.length + encoded.length + bytes.length;
  }
  const length = directory.reduce((sum, part) => sum + part.length, 0);
  return new Blob([...parts, ...directory, pack([endOfCentral, 32, 0, 16, 0, 16, files.length, 16, files.length, 16, length, 32, offset, 32, 0, 16])], { type: 'application/zip' });
}

/** Numbers, each followed by its width in bits, as little-endian bytes. */
function pack(numbers) {
  const bytes = [];
  for (let i = 0; i < numbers.length; i += 2)
    for (let bit = 0; bit < numbers[i + 1]; bit += 8) bytes.push(numbers[i] >>> bit & 255);
  return Uint8Array.from(bytes);
}

function dosTime(at) { return at.getHours() << 11 | at.getMinutes() << 5 | at.getSeconds() >> 1; }
function dosDate(at) { return at.getFullYear() - 1980 << 9 | at.getMonth() + 1 << 5 | at.getDate(); }

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ n >>> 1 : n >>> 1;
  return n >>> 0;
});

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = table[(crc ^ byte) & 255] ^ crc >>> 8;
  return ~crc >>> 0;
}
