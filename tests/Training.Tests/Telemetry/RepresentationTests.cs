using ConcatService.Training.Telemetry;
using Xunit;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests.Telemetry;

/// <summary>Likeness and rank on tensors that are hardly any: signals stay within their ranges, and rounding is no information.</summary>
[Collection("libtorch")]
public sealed class RepresentationTests
{
    [Fact]
    public void Every_number_is_within_its_range_on_ten_thousand_degenerate_tensors()
    {
        using var generator = new Generator(7, CPU);
        for (var round = 0; round < 1250; round++)
        {
            using var scope = NewDisposeScope();
            var n = 8 + (round % 25);
            var views = Enumerable.Range(0, 8).Select(kind => Degenerate(kind, n, 1 + (round % 13), generator)).ToList();
            var cka = Representation.Cka(stack(views.Select(Representation.Products)));

            var (least, most) = (cka.min().item<double>(), cka.max().item<double>());
            Assert.True(least >= 0 && most <= 1, $"round {round}: {least} to {most}");
            foreach (var view in views)
                Assert.InRange(Representation.EffectiveRank(view).item<double>(), 1, view.shape[1] + 1e-6);
        }
    }

    [Fact]
    public void A_view_that_is_constant_but_for_rounding_is_like_nothing()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var constant = (ones(32, 64) * 1234.5f) + (randn(32, 64) * 1e-4f);
        var cka = Representation.Cka(stack([Representation.Products(constant), Representation.Products(randn(32, 64))]));

        Assert.Equal([0, 0, 0], new[] { cka[0, 0], cka[0, 1], cka[1, 0] }.Select(value => value.item<double>()));
        Assert.Equal(1, cka[1, 1].item<double>(), 1e-9);
    }

    [Fact]
    public void Neither_a_mean_nor_a_scale_nor_a_rotation_changes_likeness()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(2);
        var x = randn(32, 16);
        var turned = x.mm(linalg.qr(randn(16, 16)).Q);
        var cka = Representation.Cka(
            stack([Representation.Products(x), Representation.Products(x * 1e-20f), Representation.Products(turned + 3)])
        );

        Assert.True(cka.ge(1 - 1e-5).all().item<bool>(), cka.min().item<double>().ToString("g17", null));
    }

    [Fact]
    public void Likeness_is_the_published_unbiased_estimate()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(3);
        var (x, noise) = (randn(32, 8), randn(32, 8));
        var y = x + noise;
        var cka = Representation.Cka(stack([Representation.Products(x), Representation.Products(y)]));

        Assert.Equal(Hsic(x, y) / Math.Sqrt(Hsic(x, x) * Hsic(y, y)), cka[0, 1].item<double>(), 1e-5);
    }

    /// <summary>Song et al. 2012, eq. 5, as it stands there.</summary>
    private static double Hsic(Tensor x, Tensor y)
    {
        var n = x.shape[0];
        var none = 1 - eye(n, dtype: ScalarType.Float64);
        var (k, l) = (x.mm(x.t()).to(ScalarType.Float64) * none, y.mm(y.t()).to(ScalarType.Float64) * none);
        var product = k.mm(l);
        var value = product.trace() + (k.sum() * l.sum() / ((n - 1.0) * (n - 2.0))) - (2 / (n - 2.0) * product.sum());
        return value.item<double>() / (n * (n - 3.0));
    }

    private static Tensor Degenerate(int kind, long n, long width, Generator generator)
    {
        var x = randn([n, width], generator: generator);
        switch (kind)
        {
            case 0: return zeros(n, width);
            case 1: return ones(n, width) * 1e6f;
            case 2: return ones(n, width) + (x * 1e-7f);
            case 3: return x * 1e-38f;
            case 4: return x * 1e30f;
            case 5:
                var outlier = zeros(n, width);
                outlier[0] = x[0] * 1e10f;
                return outlier;
            case 6: return where(x.gt(1), full_like(x, float.NaN), where(x.lt(-1), full_like(x, float.PositiveInfinity), x));
            default: return x.relu() * x[0].gt(0).to(ScalarType.Float32);
        }
    }
}
