using static TorchSharp.torch;

namespace ConcatService.Training.Telemetry;

/// <summary>How similar representations of the same samples are, and in how many directions one varies.</summary>
internal static class Representation
{
    /// <summary>
    /// Linear CKA of every view with every other: HSIC₁(K, L) / √(HSIC₁(K, K) HSIC₁(L, L)); 0 where a view tells no samples apart.
    /// </summary>
    /// <remarks>
    /// HSIC₁ = [tr(K̃L̃) + 1ᵀK̃1·1ᵀL̃1 / ((n-1)(n-2)) - 2/(n-2) 1ᵀK̃L̃1] / (n(n-3)), diagonals zero: unbiased (Song et al. 2012, eq. 5;
    /// Nguyen et al. 2021).
    /// </remarks>
    /// <param name="products">[views, n, n], n at least 4; zeroed on the diagonals here.</param>
    /// <returns>[views, views]</returns>
    public static Tensor Cka(Tensor products)
    {
        var (views, n) = (products.shape[0], products.shape[1]);
        var k = products * (1 - eye(n, dtype: products.dtype, device: products.device));
        k /= k.abs().amax([1, 2], keepdim: true).clamp_min(1e-30); // the squares of large numbers stay finite; CKA knows no scale
        var flat = k.reshape(views, n * n);
        var rows = k.sum(2);                                                                    // [views, n]
        var sums = rows.sum(1);                                                                 // [views]
        var hsic = flat.mm(flat.t()) + (sums.outer(sums) / ((n - 1.0) * (n - 2.0))) - (rows.mm(rows.t()) * (2 / (n - 2.0)));
        var own = hsic.diagonal().clamp_min(0).sqrt();
        return (hsic / own.outer(own).clamp_min(1e-12)).nan_to_num(0);
    }

    /// <summary>
    /// exp(-Σ p ln p) with p the shares of the singular values, which are the roots of the eigenvalues of the centered products.
    /// </summary>
    /// <param name="samples">[n, channels], not centered.</param>
    /// <returns>One number, at least 1.</returns>
    public static Tensor EffectiveRank(Tensor samples)
    {
        var centered = samples.to(ScalarType.Float64) - samples.to(ScalarType.Float64).mean([0], keepdim: true);
        var products = samples.shape[1] < samples.shape[0] ? centered.t().mm(centered) : centered.mm(centered.t());
        var singular = linalg.eigvalsh(products).clamp_min(0).sqrt();
        var p = singular / singular.sum().clamp_min(1e-30);
        return (-(p * p.clamp_min(1e-30).log()).sum()).exp();
    }
}
