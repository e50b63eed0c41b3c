using static TorchSharp.torch;

namespace ConcatService.Training.Telemetry;

/// <summary>How similar representations of the same samples are, and in how many directions one varies.</summary>
internal static class Representation
{
    /// <summary>
    /// What is left of a view when its mean is gone must be longer than this part of it, or it is rounding: float32 has 24 bits, so the
    /// deviations of equal samples are up to 6e-8 of their values, and more behind a sum of many.
    /// </summary>
    private const double LeastDeviation = 1e-5;

    /// <summary>The same for products whose row means are gone: one sample that differs from all others leaves nothing.</summary>
    private const double LeastStructure = 1e-5;

    /// <summary>
    /// The products of the samples with each other, [n, n] in float64, of the view without its mean: CKA does not depend on the mean, but
    /// its digits do. All zero where the samples are equal but for rounding, or not finite.
    /// </summary>
    /// <param name="flat">float32 [n, …] of any size.</param>
    public static Tensor Products(Tensor flat)
    {
        var finite = flat.reshape(flat.shape[0], -1).nan_to_num(0, 0, 0);
        var scaled = finite / finite.abs().amax().clamp_min(1e-30);      // the squares of large numbers stay finite; CKA knows no scale
        var centered = scaled - scaled.to(ScalarType.Float64).mean([0], keepdim: true).to(ScalarType.Float32);
        var largest = centered.abs().amax();
        var tells = largest.gt(LeastDeviation * scaled.abs().amax());
        var unit = centered / largest.clamp_min(1e-30);
        return unit.mm(unit.t()).to(ScalarType.Float64) * tells.to(ScalarType.Float64);
    }

    /// <summary>
    /// Linear CKA of every view with every other: HSIC₁(K, L) / √(HSIC₁(K, K) HSIC₁(L, L)), from 0 to 1; 0 where a view tells no samples
    /// apart, and where chance makes the unbiased estimate negative.
    /// </summary>
    /// <remarks>
    /// HSIC₁ (Song et al. 2012, eq. 5; Nguyen et al. 2021) is the inner product of U-centered products (Székely and Rizzo 2014), by
    /// n(n-3): K̃ᵢⱼ = Kᵢⱼ - ΣₗKᵢₗ/(n-2) - ΣₖKₖⱼ/(n-2) + ΣΣK/((n-1)(n-2)) off the diagonal. So CKA is a cosine, whatever is rounded.
    /// </remarks>
    /// <param name="products">[views, n, n], n at least 4; diagonals do not matter.</param>
    /// <returns>[views, views], float64</returns>
    public static Tensor Cka(Tensor products)
    {
        var (views, n) = (products.shape[0], products.shape[1]);
        var others = 1 - eye(n, dtype: ScalarType.Float64, device: products.device);
        var k = products.to(ScalarType.Float64).nan_to_num(0, 0, 0) * others;
        k /= k.abs().amax([1, 2], keepdim: true).clamp_min(1e-300);
        var rows = k.sum(2, keepdim: true) / (n - 2.0);                                          // [views, n, 1]
        var whole = k.sum([1, 2], keepdim: true) / ((n - 1.0) * (n - 2.0));                      // [views, 1, 1]
        var centered = ((k - rows - rows.transpose(1, 2) + whole) * others).reshape(views, n * n);
        var length = centered.square().sum([1]).sqrt();                                    // [views]
        var tells = length.gt(k.square().sum([1, 2]).sqrt() * LeastStructure).to(ScalarType.Float64);
        var unit = centered * (tells / length.clamp_min(1e-300)).unsqueeze(1);
        return unit.mm(unit.t()).clamp(0, 1);
    }

    /// <summary>
    /// exp(-Σ p ln p) with p the shares of the singular values, which are the roots of the eigenvalues of the centered products.
    /// </summary>
    /// <param name="samples">[n, channels], not centered.</param>
    /// <returns>One number, at least 1.</returns>
    public static Tensor EffectiveRank(Tensor samples)
    {
        var finite = samples.to(ScalarType.Float64).nan_to_num(0, 0, 0);
        var centered = finite - finite.mean([0], keepdim: true);
        var products = samples.shape[1] < samples.shape[0] ? centered.t().mm(centered) : centered.mm(centered.t());
        var singular = linalg.eigvalsh(products).clamp_min(0).sqrt();
        var p = singular / singular.sum().clamp_min(1e-300);
        return (-(p * p.clamp_min(1e-300).log()).sum()).exp().clamp_min(1);
    }
}
