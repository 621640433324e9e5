namespace TorchSharp.Modules;

/// <summary>Attention of several heads; query, key and value are [length, batch, features].</summary>
public sealed class MultiheadAttention : torch.nn.Module
{
    private readonly long _heads;
    private readonly double _dropout;

    internal MultiheadAttention(long embedded_dim, long num_heads, double dropout, bool bias, torch.Device? device, torch.ScalarType? dtype)
        : base(nameof(MultiheadAttention))
    {
        if (embedded_dim % num_heads != 0)
            throw new ArgumentException($"Expected a number of features that {num_heads} heads divide, got {embedded_dim}.", nameof(embedded_dim));
        (_heads, _dropout) = (num_heads, dropout);
        in_proj_weight = new Parameter(torch.empty([3 * embedded_dim, embedded_dim], dtype, device));
        torch.nn.init.xavier_uniform_(in_proj_weight);
        register_parameter(nameof(in_proj_weight), in_proj_weight);
        if (bias) register_parameter(nameof(in_proj_bias), in_proj_bias = new Parameter(torch.zeros([3 * embedded_dim], dtype, device)));
        out_proj = torch.nn.Linear(embedded_dim, embedded_dim, bias, device, dtype);
        if (out_proj.bias is not null) torch.nn.init.zeros_(out_proj.bias);
        register_module(nameof(out_proj), out_proj);
    }

    public Parameter in_proj_weight { get; }

    public Parameter? in_proj_bias { get; }

    public Linear out_proj { get; }

    /// <summary>Attends.</summary>
    /// <param name="query">[target length, batch, features].</param>
    /// <param name="key">[source length, batch, features].</param>
    /// <param name="value">[source length, batch, features].</param>
    /// <param name="key_padding_mask">[batch, source length], true at positions to ignore.</param>
    /// <param name="need_weights">Whether to return the weights, averaged over the heads.</param>
    /// <param name="attn_mask">[target length, source length], true at pairs to ignore or numbers to add.</param>
    /// <returns>[target length, batch, features], and the weights [batch, target length, source length] or null.</returns>
    public (torch.Tensor output, torch.Tensor? weights) forward(
        torch.Tensor query, torch.Tensor key, torch.Tensor value, torch.Tensor? key_padding_mask = null, bool need_weights = true, torch.Tensor? attn_mask = null)
    {
        var (length, batch, features) = (query.shape[0], query.shape[1], query.shape[2]);
        var weights = in_proj_weight.chunk(3);
        var biases = in_proj_bias?.chunk(3);
        var q = Heads(torch.nn.functional.linear(query, weights[0], biases?[0]));
        var k = Heads(torch.nn.functional.linear(key, weights[1], biases?[1]));
        var v = Heads(torch.nn.functional.linear(value, weights[2], biases?[2]));
        var scores = (q / Math.Sqrt(features / _heads)).matmul(k.transpose(-2, -1));
        if (attn_mask is not null) scores = Masked(scores, attn_mask);
        if (key_padding_mask is not null) scores = Masked(scores, key_padding_mask.unsqueeze(1).unsqueeze(2));
        var attention = scores.softmax(-1);
        var mixed = torch.nn.functional.dropout(attention, _dropout, training).matmul(v);
        var joined = mixed.permute(2, 0, 1, 3).reshape(length, batch, features);
        return (out_proj.call(joined), need_weights ? attention.mean([1]) : null);
    }

    public (torch.Tensor output, torch.Tensor? weights) call(
        torch.Tensor query, torch.Tensor key, torch.Tensor value, torch.Tensor? key_padding_mask = null, bool need_weights = true, torch.Tensor? attn_mask = null) =>
        forward(query, key, value, key_padding_mask, need_weights, attn_mask);

    /// <summary>[length, batch, features] → [batch, heads, length, features / heads]</summary>
    private torch.Tensor Heads(torch.Tensor projected) =>
        projected.reshape(projected.shape[0], projected.shape[1], _heads, -1).permute(1, 2, 0, 3);

    private static torch.Tensor Masked(torch.Tensor scores, torch.Tensor mask) =>
        mask.dtype == torch.ScalarType.Bool ? scores.masked_fill(mask, double.NegativeInfinity) : scores + mask;
}
