namespace AVServer.Vision;

/// <summary>Rotations of three axes.</summary>
internal static class Rotation
{
    private const int Sweeps = 12;

    /// <summary>The rotation that turns points nearest to others, in the sense of least squares (Horn 1987).</summary>
    /// <param name="products">[3, 3], sums of each coordinate of the points times each of the others'; both without their means.</param>
    /// <param name="rotation">Receives [3, 3]; a point is turned by its rows.</param>
    public static void Nearest(ReadOnlySpan<double> products, Span<double> rotation)
    {
        var (xx, xy, xz) = (products[0], products[1], products[2]);
        var (yx, yy, yz) = (products[3], products[4], products[5]);
        var (zx, zy, zz) = (products[6], products[7], products[8]);
        Span<double> matrix =
        [
            xx + yy + zz, yz - zy, zx - xz, xy - yx,
            yz - zy, xx - yy - zz, xy + yx, zx + xz,
            zx - xz, xy + yx, yy - xx - zz, yz + zy,
            xy - yx, zx + xz, yz + zy, zz - xx - yy,
        ];
        Span<double> vectors = stackalloc double[16];
        Diagonalise(matrix, vectors);
        var largest = 0;
        for (var i = 1; i < 4; i++)
            if (matrix[i * 5] > matrix[largest * 5]) largest = i;
        var (w, x, y, z) = (vectors[largest], vectors[4 + largest], vectors[8 + largest], vectors[12 + largest]);
        rotation[0] = (w * w) + (x * x) - (y * y) - (z * z);
        rotation[1] = 2 * ((x * y) - (w * z));
        rotation[2] = 2 * ((x * z) + (w * y));
        rotation[3] = 2 * ((x * y) + (w * z));
        rotation[4] = (w * w) - (x * x) + (y * y) - (z * z);
        rotation[5] = 2 * ((y * z) - (w * x));
        rotation[6] = 2 * ((x * z) - (w * y));
        rotation[7] = 2 * ((y * z) + (w * x));
        rotation[8] = (w * w) - (x * x) - (y * y) + (z * z);
    }

    // Jacobi's method: what is beside the diagonal is turned away, pair by pair. Eigenvalues stay on the diagonal, vectors in columns.
    private static void Diagonalise(Span<double> matrix, Span<double> vectors)
    {
        for (var i = 0; i < 4; i++) vectors[i * 5] = 1;
        for (var sweep = 0; sweep < Sweeps; sweep++)
            for (var p = 0; p < 3; p++)
                for (var q = p + 1; q < 4; q++) Annul(matrix, vectors, p, q);
    }

    private static void Annul(Span<double> matrix, Span<double> vectors, int p, int q)
    {
        var beside = matrix[(p * 4) + q];
        if (Math.Abs(beside) < 1e-300) return;
        var theta = (matrix[q * 5] - matrix[p * 5]) / (2 * beside);
        var tangent = Math.CopySign(1, theta) / (Math.Abs(theta) + Math.Sqrt((theta * theta) + 1));
        var cosine = 1 / Math.Sqrt((tangent * tangent) + 1);
        var sine = tangent * cosine;
        for (var k = 0; k < 4; k++)
            (matrix[(k * 4) + p], matrix[(k * 4) + q]) = Turn(matrix[(k * 4) + p], matrix[(k * 4) + q], cosine, sine);
        for (var k = 0; k < 4; k++)
            (matrix[(p * 4) + k], matrix[(q * 4) + k]) = Turn(matrix[(p * 4) + k], matrix[(q * 4) + k], cosine, sine);
        for (var k = 0; k < 4; k++)
            (vectors[(k * 4) + p], vectors[(k * 4) + q]) = Turn(vectors[(k * 4) + p], vectors[(k * 4) + q], cosine, sine);
    }

    private static (double, double) Turn(double one, double other, double cosine, double sine) =>
        ((cosine * one) - (sine * other), (sine * one) + (cosine * other));
}
