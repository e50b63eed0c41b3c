using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.TrainingBench;

/// <summary>
/// The specs of the bench as modules that a user of TorchSharp would write. Parameters are those of the specs, number for number.
/// </summary>
internal static class PlainNetworks
{
    public static Module<Tensor, Tensor> For(string spec) => spec switch
    {
        "two-branch" => new TwoBranch(),
        "inception-28" => new Inception(),
        "densenet-28" => new DenseNet(),
        _ => throw new ArgumentException($"The bench has no plain form of {spec}."),
    };

    private static Module<Tensor, Tensor> Conv(long from, long to, long kernel, bool bias = false) => Sequential(
        Conv2d(from, to, kernel, padding: kernel / 2, bias: bias), BatchNorm2d(to), ReLU());

    private sealed class TwoBranch : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> _stem = Conv(1, 32, 3, true), _coarse = Conv(32, 128, 3, true), _logits = Linear(192, 10);
        private readonly Module<Tensor, Tensor> _fine = Conv(32, 64, 3, true);

        public TwoBranch()
            : base("two-branch") => RegisterComponents();

        public override Tensor forward(Tensor x)
        {
            x = _stem.forward(x);                                                               // [N, 32, 28, 28]
            var fine = functional.max_pool2d(_fine.forward(x), 2);                              // [N, 64, 14, 14]
            var coarse = _coarse.forward(functional.max_pool2d(x, 2));                          // [N, 128, 14, 14]
            return _logits.forward(cat([fine, coarse], 1).mean([2, 3]));
        }
    }

    private sealed class InceptionBlock : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> _one, _three, _five, _pool;

        public InceptionBlock(long from, long one, long three, long five, long pool)
            : base("inception")
        {
            _one = Conv(from, one, 1);
            _three = Sequential(Conv(from, 16, 1), Conv(16, three, 3));
            _five = Sequential(Conv(from, 8, 1), Conv(8, five, 5));
            _pool = Sequential(MaxPool2d(3, 1, 1), Conv(from, pool, 1));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => cat([_one.forward(x), _three.forward(x), _five.forward(x), _pool.forward(x)], 1);
    }

    private sealed class Inception : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> _body = Sequential(
            Conv(1, 32, 3), MaxPool2d(2), new InceptionBlock(32, 16, 32, 16, 16), MaxPool2d(2), new InceptionBlock(80, 32, 64, 32, 32));
        private readonly Module<Tensor, Tensor> _head = Sequential(Dropout(0.2), Linear(160, 10));

        public Inception()
            : base("inception-28") => RegisterComponents();

        public override Tensor forward(Tensor x) => _head.forward(_body.forward(x).mean([2, 3]));
    }

    private sealed class DenseLayer : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> _new;

        public DenseLayer(long from)
            : base("dense")
        {
            _new = Sequential(BatchNorm2d(from), ReLU(), Conv(from, 48, 1), Conv2d(48, 12, 3, padding: 1, bias: false));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => cat([x, _new.forward(x)], 1);
    }

    private sealed class DenseNet : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> _body = Sequential(
            Conv2d(1, 24, 3, padding: 1, bias: false), MaxPool2d(2),
            new DenseLayer(24), new DenseLayer(36), new DenseLayer(48), new DenseLayer(60), new DenseLayer(72), new DenseLayer(84),
            BatchNorm2d(96), ReLU(), Conv2d(96, 48, 1, bias: false), AvgPool2d(2),
            new DenseLayer(48), new DenseLayer(60), new DenseLayer(72), new DenseLayer(84), new DenseLayer(96), new DenseLayer(108),
            BatchNorm2d(120), ReLU());
        private readonly Module<Tensor, Tensor> _logits = Linear(120, 10);

        public DenseNet()
            : base("densenet-28") => RegisterComponents();

        public override Tensor forward(Tensor x) => _logits.forward(_body.forward(x).mean([2, 3]));
    }
}
