using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static MaxPool1d MaxPool1d(long kernel_size, long? stride = null, long padding = 0) => new(kernel_size, stride ?? kernel_size, padding);

        public static AvgPool1d AvgPool1d(long kernel_size, long? stride = null, long padding = 0) => new(kernel_size, stride ?? kernel_size, padding);

        public static AdaptiveAvgPool1d AdaptiveAvgPool1d(long output_size) => new(output_size);

        public static MaxPool2d MaxPool2d(long kernel_size, long? stride = null, long padding = 0) =>
            MaxPool2d([kernel_size, kernel_size], [stride ?? kernel_size, stride ?? kernel_size], [padding, padding]);

        public static MaxPool2d MaxPool2d(long[] kernel_size, long[]? stride = null, long[]? padding = null) =>
            new(kernel_size, stride ?? kernel_size, padding ?? [0, 0]);

        public static AvgPool2d AvgPool2d(long kernel_size, long? stride = null, long padding = 0) =>
            AvgPool2d([kernel_size, kernel_size], [stride ?? kernel_size, stride ?? kernel_size], [padding, padding]);

        public static AvgPool2d AvgPool2d(long[] kernel_size, long[]? stride = null, long[]? padding = null) =>
            new(kernel_size, stride ?? kernel_size, padding ?? [0, 0]);

        public static AdaptiveAvgPool2d AdaptiveAvgPool2d(long[] output_size) => new(output_size);

        public static AdaptiveAvgPool2d AdaptiveAvgPool2d(long output_size) => new([output_size, output_size]);

        public static MaxPool3d MaxPool3d(long kernel_size, long? stride = null, long padding = 0) =>
            MaxPool3d([kernel_size, kernel_size, kernel_size], [stride ?? kernel_size, stride ?? kernel_size, stride ?? kernel_size], [padding, padding, padding]);

        public static MaxPool3d MaxPool3d(long[] kernel_size, long[]? stride = null, long[]? padding = null) =>
            new(kernel_size, stride ?? kernel_size, padding ?? [0, 0, 0]);

        public static AdaptiveAvgPool3d AdaptiveAvgPool3d(long[] output_size) => new(output_size);

        public static AdaptiveAvgPool3d AdaptiveAvgPool3d(long output_size) => new([output_size, output_size, output_size]);
    }
}
