namespace AVServer.Models.Emotion;

/// <summary>Linear equations with a symmetric, positive definite matrix, by Cholesky's decomposition.</summary>
internal static class SymmetricSystem
{
    /// <summary>Solves A X = B.</summary>
    /// <param name="matrix">A, [n, n], row after row; overwritten.</param>
    /// <param name="right">B, [n, columns], row after row.</param>
    /// <returns>X, [n, columns].</returns>
    /// <exception cref="ArgumentException">The matrix isn't positive definite.</exception>
    internal static double[] Solve(double[] matrix, ReadOnlySpan<double> right)
    {
        var n = (int)Math.Sqrt(matrix.Length);
        var columns = right.Length / n;
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = matrix[(i * n) + j];
                for (var k = 0; k < j; k++) sum -= matrix[(i * n) + k] * matrix[(j * n) + k];
                if (i == j && !(sum > 0)) throw new ArgumentException("Expected a positive definite matrix.", nameof(matrix));
                matrix[(i * n) + j] = i == j ? Math.Sqrt(sum) : sum / matrix[(j * n) + j];
            }
        }
        var solved = right.ToArray();
        for (var c = 0; c < columns; c++)
        {
            for (var i = 0; i < n; i++)
            {
                for (var k = 0; k < i; k++) solved[(i * columns) + c] -= matrix[(i * n) + k] * solved[(k * columns) + c];
                solved[(i * columns) + c] /= matrix[(i * n) + i];
            }
            for (var i = n - 1; i >= 0; i--)
            {
                for (var k = i + 1; k < n; k++) solved[(i * columns) + c] -= matrix[(k * n) + i] * solved[(k * columns) + c];
                solved[(i * columns) + c] /= matrix[(i * n) + i];
            }
        }
        return solved;
    }
}
