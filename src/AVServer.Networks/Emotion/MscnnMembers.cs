using static TorchSharp.torch;

namespace AVServer.Networks.Emotion;

/// <summary>
/// Networks that hear and were trained apart, side by side in one wider network of the same kind: its logits are the mean of theirs. Each
/// has its own filters and units, and one dense layer reads them all, so that the vote costs no second graph.
/// </summary>
public static class MscnnMembers
{
    /// <summary>What one of several members is: its share of the filters and of the units that read descriptors.</summary>
    /// <param name="whole">All members together.</param>
    /// <param name="members">How many there are.</param>
    /// <exception cref="ArgumentException">Filters or units can't be shared among so many.</exception>
    public static MscnnConfig Of(MscnnConfig whole, int members)
    {
        ArgumentNullException.ThrowIfNull(whole);
        if (members < 1 || whole.Filters % members != 0 || whole.DescriptorUnits % members != 0)
            throw new ArgumentException(
                $"Expected filters and descriptor units that {members} members can share, got {whole.Filters} and {whole.DescriptorUnits}.",
                nameof(members));
        return whole with
        {
            Text = false,
            Attention = false,
            WordVotes = false,
            Filters = whole.Filters / members,
            Centres = 0,
            DescriptorUnits = whole.DescriptorUnits / members
        };
    }

    /// <summary>The wider network, in evaluation mode; the members stay as they are.</summary>
    /// <param name="members">Networks of one shape that only hear, without x-vectors, and were given the same statistics of their
    /// input.</param>
    /// <exception cref="ArgumentException">There is none, or one is something else.</exception>
    /// <param name="centres">Centres of its radial layer, which none of the members has and which says nothing yet.</param>
    public static MscnnSpu Join(IReadOnlyList<MscnnSpu> members, int centres = 0)
    {
        ArgumentNullException.ThrowIfNull(members);
        if (members.Count == 0
            || members.Any(
                member => member.Config != members[0].Config || !member.Config.Audio || member.Config.Text || member.Config.SpeakerDim > 0
                    || member.Config.Centres > 0))
            throw new ArgumentException("Expected networks of one shape that only hear, got others.", nameof(members));
        var (one, count) = (members[0].Config, members.Count);
        // Before the scope, which would take its buffers along.
        var joined = new MscnnSpu(
            one with { Filters = one.Filters * count, Centres = centres, DescriptorUnits = one.DescriptorUnits * count });
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var pooled = one.Channels * System.Numerics.BitOperations.PopCount((uint)one.Pooling);
        var states = members.Select(member => member.state_dict()).ToArray();
        foreach (var (name, values) in joined.state_dict().Where(entry => states[0].ContainsKey(entry.Key)))
        {
            var parts = states.Select(state => state[name]).ToArray();
            var whole = name switch
            {
                "mean" or "istd" or "descriptorMean" or "descriptorIstd" => parts[0],
                "output.weight" =>
                    cat(
                        [Interleave([.. parts.Select(part => part.narrow(1, 0, pooled))], one.Filters),
                            .. parts.Select(part => part.narrow(1, pooled, part.size(1) - pooled))], 1) / count,
                "output.bias" => stack(parts).mean([0L]),
                _ when parts[0].dim() == 0 => parts[0],
                _ when name.StartsWith("audioNorm.", StringComparison.Ordinal) => Interleave(parts, one.Filters),
                _ => cat(parts, 0),
            };
            values.copy_(whole);
        }
        joined.eval();
        return joined;
    }

    /// <summary>
    /// Values of each statistic, kernel and filter in their last axis: those of a statistic and a kernel come together, member after
    /// member.
    /// </summary>
    private static Tensor Interleave(Tensor[] parts, long filters)
    {
        var shape = parts[0].shape;
        var split = parts.Select(part => part.reshape([.. shape[..^1], -1, filters])).ToArray();
        return stack(split, -2).reshape([.. shape[..^1], -1]);
    }
}
