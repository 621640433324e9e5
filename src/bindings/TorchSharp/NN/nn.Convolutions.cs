using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static Conv1d Conv1d(
            long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long dilation = 1,
            PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
            new(new(in_channels, out_channels, [kernel_size], [stride], [padding], [dilation], padding_mode, groups), bias, device, dtype);

        public static Conv2d Conv2d(
            long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long dilation = 1,
            PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
            new(new(in_channels, out_channels, Each(kernel_size, 2), Each(stride, 2), Each(padding, 2), Each(dilation, 2), padding_mode, groups), bias, device, dtype);

        public static Conv2d Conv2d(
            long in_channels, long out_channels, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null,
            PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
            new(new(in_channels, out_channels, Each(kernel_size), Each(stride ?? (1, 1)), Each(padding ?? (0, 0)), Each(dilation ?? (1, 1)), padding_mode, groups), bias, device, dtype);

        public static Conv3d Conv3d(
            long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long dilation = 1,
            PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
            new(new(in_channels, out_channels, Each(kernel_size, 3), Each(stride, 3), Each(padding, 3), Each(dilation, 3), padding_mode, groups), bias, device, dtype);

        public static Conv3d Conv3d(
            long in_channels, long out_channels, (long, long, long) kernel_size, (long, long, long)? stride = null, (long, long, long)? padding = null,
            (long, long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
            new(new(in_channels, out_channels, Each(kernel_size), Each(stride ?? (1, 1, 1)), Each(padding ?? (0, 0, 0)), Each(dilation ?? (1, 1, 1)), padding_mode, groups), bias, device, dtype);

        private static long[] Each(long amount, int dims) => Enumerable.Repeat(amount, dims).ToArray();

        private static long[] Each((long, long) amounts) => [amounts.Item1, amounts.Item2];

        private static long[] Each((long, long, long) amounts) => [amounts.Item1, amounts.Item2, amounts.Item3];
    }
}
