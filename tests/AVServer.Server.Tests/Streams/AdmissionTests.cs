using AVServer.Server.Configuration;
using AVServer.Server.Streams;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Tests.Streams;

[Trait("Category", "unit")]
public sealed class AdmissionTests
{
    private static readonly TimeSpan HalfASecond = TimeSpan.FromSeconds(0.5);
    private readonly Admission _admission = new(Options.Create(new ServerLimits { MaxLag = HalfASecond }));

    [Fact]
    public void Door_closes_from_half_of_the_bound_on()
    {
        Assert.True(_admission.IsOpen);
        Observe(0.24);
        Assert.True(_admission.IsOpen);
        Observe(0.25);
        Assert.False(_admission.IsOpen);
        Assert.False(_admission.TryEnter());
        Observe(0.24);
        Assert.True(_admission.TryEnter());
    }

    [Fact]
    public void One_stream_that_is_slow_for_reasons_of_its_own_closes_nothing()
    {
        Assert.Equal(0, Observe(9, 0));
        Assert.True(_admission.IsOpen);
        Assert.Equal((TimeSpan.Zero, TimeSpan.FromSeconds(9)), (_admission.Lag, _admission.Slowest));
        Observe(9, 8, 7, 0);
        Assert.False(_admission.IsOpen);
    }

    [Fact]
    public void Server_that_nobody_sends_to_is_open()
    {
        Observe(2);
        Observe();
        Assert.True(_admission.IsOpen);
        Assert.Equal(TimeSpan.Zero, _admission.Lag);
    }

    [Fact]
    public void Lag_that_is_small_or_falls_ends_nobody()
    {
        Assert.Equal(0, Observe(0.49, 0.49));
        Assert.Equal(3, Observe(3, 3, 3, 3));   // three are heard, in the mean; half of them leave room to work three seconds off
        Assert.Equal(0, Observe(2.9, 2.9, 2.9, 2.9));
    }

    [Fact]
    public void After_an_overload_places_become_more_bit_by_bit()
    {
        for (var i = 0; i < 8; i++) ObserveMany(100, 0, heard: 1);
        Assert.True(_admission.TryEnter());
        for (var i = 0; i < 8; i++) ObserveMany(200, 0.1 * i, heard: 0.5);
        ObserveMany(80, 0, heard: 1);
        Assert.True(_admission.IsOpen);
        var taken = 0;
        while (_admission.TryEnter()) taken++;
        Assert.InRange(taken, 1, 20);
        Assert.False(_admission.IsOpen);
        for (var i = 0; i < 20; i++) ObserveMany(80, 0, heard: 1);
        var later = 0;
        while (_admission.TryEnter()) later++;
        Assert.InRange(later, taken + 10, taken + 30);   // a fifth in ten seconds
    }

    /// <summary>
    /// A machine on which so many streams fit, give or take some each half second, and more that come and come back for three minutes: at
    /// any offered load those that are taken are served within a second in 99 of 100 cases, and most of the machine is used.
    /// </summary>
    /// <param name="fit">Streams that it can hear.</param>
    /// <param name="offered">Streams that want to be heard.</param>
    /// <param name="wavers">By which part of it what it can do wavers.</param>
    /// <param name="over">Seconds within which they come.</param>
    /// <param name="cold">Seconds in which it does half of that.</param>
    [Theory]
    [InlineData(125, 250, 0, 0, 0)]
    [InlineData(125, 250, 0, 30, 0)]
    [InlineData(125, 250, 0.1, 0, 0)]
    [InlineData(125, 250, 0.25, 30, 0)]
    [InlineData(8, 16, 0.1, 0, 0)]
    [InlineData(8, 80, 0.1, 0, 0)]
    [InlineData(40, 60, 0.25, 2, 0)]
    [InlineData(40, 60, 0.1, 2, 3)]
    [InlineData(125, 2_500, 0.1, 0, 0)]
    public void Accepted_streams_keep_their_delay_at_any_offered_load(int fit, int offered, double wavers, double over, double cold)
    {
        var machine = new Machine(_admission, Seed: 7);
        for (var now = 0.0; now < 180; now += 0.5)
        {
            var wanted = over == 0 ? offered : (int)Math.Min(offered, now * offered / over);
            machine.Advance(wanted, (now < cold ? 0.5 : 1) * fit, wavers);
        }
        machine.Delays.Sort();
        Assert.InRange(machine.Delays[(int)(machine.Delays.Count * 0.99)], 0, 1);
        // Less where what it can do is never the same: the places follow the worse moments.
        Assert.InRange(machine.Counts.Skip(120).Average(), fit * (wavers > 0.1 ? 0.7 : 0.9), fit * 1.05);
    }

    [Fact]
    public void Machine_that_stands_still_for_a_moment_ends_nobody_that_it_has_room_for()
    {
        var machine = new Machine(_admission, Seed: 7);
        for (var now = 0.0; now < 30; now += 0.5) machine.Advance(30, now is >= 10 and < 12 ? 0.01 : 40, 0);
        Assert.Equal(30, machine.Counts.Min());
        Assert.True(machine.Delays.Max() > 1.5);
    }

    private int Observe(params double[] seconds) => _admission.Observe(
        [.. seconds.Select(lag => new StreamProgress(TimeSpan.FromSeconds(lag), HalfASecond))], HalfASecond);

    private void ObserveMany(int streams, double lag, double heard) =>
        _admission.Observe(
            [.. Enumerable.Repeat(new StreamProgress(TimeSpan.FromSeconds(lag), heard * HalfASecond), streams)], HalfASecond);

    /// <summary>Hears so many seconds of media a second, of all streams alike.</summary>
    private sealed record Machine(Admission Admission, int Seed)
    {
        private readonly Random _random = new(Seed);
        private int _streams;
        private double _lag;
        private double _waver;

        public List<double> Delays { get; } = [];

        public List<int> Counts { get; } = [];

        public void Advance(int wanted, double capacity, double wavers)
        {
            while (_streams < wanted && Admission.TryEnter()) _streams++;   // who was refused comes back
            // What it can do is not thrown anew each half second, but drifts.
            _waver = (0.7 * _waver)
                + (0.7 * wavers * Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(Math.Tau * _random.NextDouble()));
            var before = _lag;
            _lag = Math.Max(0, _lag + (0.5 * (1 - (capacity * Math.Max(0.1, 1 + _waver) / Math.Max(1, _streams)))));
            var heard = TimeSpan.FromSeconds(Math.Max(0, 0.5 + before - _lag));
            _streams -= Admission.Observe(
                [.. Enumerable.Repeat(new StreamProgress(TimeSpan.FromSeconds(_lag), heard), _streams)], HalfASecond);
            Counts.Add(_streams);
            Delays.AddRange(Enumerable.Repeat(_lag, _streams));
        }
    }
}
