using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace AVServer.Media.Matroska;

/// <summary>
/// Reads the blocks of a Matroska stream as it arrives: what ffmpeg's muxer writes to a pipe, clusters of unknown size included.
/// </summary>
/// <remarks>
/// Follows RFC 9559 as far as a live stream needs it: no seeking, no lacing, no encryption. Elements are read flat: a master that matters
/// is entered, every other element is passed over. Nothing is kept between blocks and nothing is allocated for one.
/// </remarks>
/// <param name="input">The bytes; completed by the caller.</param>
/// <param name="maxElementBytes">Largest block or header that is believed.</param>
internal sealed class MatroskaReader(PipeReader input, int maxElementBytes)
{
    private const int MaxTracks = 256;

    private readonly List<MatroskaTrack> _tracks = [];
    private ReadOnlySequence<byte> _buffer;
    private long _passOver;
    private long _timestampScaleNs = 1_000_000;
    private long _clusterTicks;
    private bool _reading;
    private bool _begun;

    /// <summary>Tracks whose entry has been read; complete when the first block is there.</summary>
    public IReadOnlyList<MatroskaTrack> Tracks => _tracks;

    /// <summary>Track of the current block.</summary>
    public MatroskaTrack Track { get; private set; } = new();

    /// <summary>Time of the current block.</summary>
    public TimeSpan Time { get; private set; }

    /// <summary>Body of the current block; valid until the next read.</summary>
    public ReadOnlySequence<byte> Payload { get; private set; }

    /// <summary>Moves to the next block.</summary>
    /// <returns>False at the end of the stream; a block that the end cuts off is left out.</returns>
    /// <exception cref="InvalidDataException">The bytes are not Matroska of the kind stated.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_reading && TryParseBlock()) return true;
            if (_reading) input.AdvanceTo(_buffer.Start, _buffer.End);
            var result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            _buffer = result.Buffer;
            _reading = true;
            if (TryParseBlock()) return true;
            if (!result.IsCompleted) continue;
            input.AdvanceTo(_buffer.End);
            _reading = false;
            return false;
        }
    }

    private bool TryParseBlock()
    {
        while (true)
        {
            if (_passOver > 0)
            {
                long passed = Math.Min(_passOver, _buffer.Length);
                _buffer = _buffer.Slice(passed);
                _passOver -= passed;
                if (_passOver > 0) return false;
            }

            if (!EbmlHeader.TryRead(_buffer, out var header)) return false;
            if (!_begun && header.Id != ElementIds.Ebml)
                throw new InvalidDataException($"Expected an EBML header, got element 0x{header.Id:X}.");
            _begun = true;
            if (ElementIds.IsEntered(header.Id))
            {
                if (header.Id == ElementIds.TrackEntry) AddTrack();
                _buffer = _buffer.Slice(header.Length);
                continue;
            }

            if (header.Size == EbmlHeader.UnknownSize)
                throw new InvalidDataException($"Expected a size for element 0x{header.Id:X}, got none.");
            if (!ElementIds.IsRead(header.Id))
            {
                _buffer = _buffer.Slice(header.Length);
                _passOver = header.Size;
                continue;
            }

            if (header.Size > maxElementBytes)
                throw new InvalidDataException($"Expected at most {maxElementBytes} bytes in element 0x{header.Id:X}, got {header.Size}.");
            if (_buffer.Length < header.Length + header.Size) return false;
            var body = _buffer.Slice(header.Length, header.Size);
            _buffer = _buffer.Slice(body.End);
            if (header.Id is ElementIds.SimpleBlock or ElementIds.Block)
            {
                ReadBlock(body);
                return true;
            }

            ReadProperty(header.Id, ReadUnsigned(body));
        }
    }

    private void AddTrack()
    {
        if (_tracks.Count == MaxTracks) throw new InvalidDataException($"Expected at most {MaxTracks} tracks, got more.");
        _tracks.Add(new MatroskaTrack());
    }

    private void ReadProperty(uint id, long value)
    {
        if (id == ElementIds.TimestampScale)
            _timestampScaleNs = value is > 0 and <= 1_000_000_000 ? value
                : throw new InvalidDataException($"Expected a timestamp scale of up to 1 s, got {value} ns.");
        else if (id == ElementIds.Timestamp) _clusterTicks = value;
        else if (_tracks.Count > 0) ReadTrackProperty(_tracks[^1], id, (int)Math.Min(value, int.MaxValue));
    }

    private static void ReadTrackProperty(MatroskaTrack track, uint id, int value)
    {
        if (id == ElementIds.TrackNumber) track.Number = value;
        else if (id == ElementIds.TrackType) (track.IsVideo, track.IsAudio) = (value == 1, value == 2);
        else if (id == ElementIds.Channels) track.Channels = value;
        else if (id == ElementIds.PixelWidth) track.Width = value;
        else if (id == ElementIds.PixelHeight) track.Height = value;
    }

    private void ReadBlock(in ReadOnlySequence<byte> body)
    {
        Span<byte> head = stackalloc byte[5];
        int available = (int)Math.Min(head.Length, body.Length);
        body.Slice(0, available).CopyTo(head);
        int numberLength = head[0] >= 0x80 ? 1 : 2;   // up to 16,383 tracks; ffmpeg writes no more than two bytes
        if (head[0] < 0x40 || available < numberLength + 3)
            throw new InvalidDataException("Expected a block's track, time and flags, got fewer bytes.");

        int number = numberLength == 1 ? head[0] & 0x7F : BinaryPrimitives.ReadUInt16BigEndian(head) & 0x3FFF;
        short relative = BinaryPrimitives.ReadInt16BigEndian(head[numberLength..]);
        if ((head[numberLength + 2] & 0x06) != 0) throw new InvalidDataException("Expected a block without lacing, got a laced one.");
        Track = FindTrack(number);
        var nanoseconds = ((Int128)_clusterTicks + relative) * _timestampScaleNs;
        if (nanoseconds > (Int128)TimeSpan.MaxValue.Ticks * 100)
            throw new InvalidDataException("Expected a block's time within 29,000 years.");
        Time = new TimeSpan((long)(nanoseconds / 100));
        Payload = body.Slice(numberLength + 3);
    }

    private MatroskaTrack FindTrack(int number)
    {
        foreach (var track in _tracks)
            if (track.Number == number) return track;
        throw new InvalidDataException($"Expected a block of a track in the header, got track {number}.");
    }

    private static long ReadUnsigned(in ReadOnlySequence<byte> body)
    {
        if (body.Length > 8) throw new InvalidDataException($"Expected a number of at most 8 bytes, got {body.Length}.");
        ulong value = 0;
        foreach (var segment in body)
            foreach (byte part in segment.Span) value = (value << 8) | part;
        return (long)Math.Min(value, long.MaxValue);
    }
}
