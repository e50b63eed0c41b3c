namespace ConcatService.Export.Python;

/// <summary>
/// A program beside the source of a network that trains it by several processes or GPUs with torchrun, for whoever outgrew the service's
/// one trainer a job. What it writes is safetensors again, which the service takes.
/// </summary>
public static class PythonTraining
{
    public const string File = "train.py", Trained = "trained.safetensors";

    /// <summary>The program's text.</summary>
    public static string TextOf(PythonSource source) => $$""""
        """Trains the network by several processes, one a GPU where there are some:

            torchrun --standalone --nproc_per_node 2 train.py --data data.safetensors --epochs 5

        The data are tensors of equal length: input.NAME for each input, in their order, and output.NAME for each output, I64 for classes
        and F32 for numbers. Without --data the network learns the answers in {{PythonPackage.Samples}}, which shows that all works.
        """

        import argparse
        import ctypes
        import json
        import os
        import struct

        import torch
        import torch.distributed as dist
        from torch import nn
        from torch.nn.parallel import DistributedDataParallel

        from check import FOLDER, load
        from net import {{source.ClassName}}

        TYPES = {torch.float32: "F32", torch.int64: "I64"}


        def save(tensors, path):
            """Writes a safetensors file, as load() reads it."""
            header, blobs, at = {}, [], 0
            for name, tensor in tensors.items():
                tensor = tensor.detach().cpu().contiguous()
                blob = ctypes.string_at(tensor.data_ptr(), tensor.numel() * tensor.element_size())
                header[name] = {"dtype": TYPES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [at, at + len(blob)]}
                blobs.append(blob)
                at += len(blob)
            text = json.dumps(header).encode()
            text += b" " * (-len(text) % 8)
            with open(path, "wb") as file:
                file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


        def loss_of(output, expected):
            if expected.dtype == torch.int64:
                return nn.functional.cross_entropy(output, expected)
            return nn.functional.mse_loss(output, expected)


        def main():
            options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
            options.add_argument("--data", default=os.path.join(FOLDER, "{{PythonPackage.Samples}}"))
            options.add_argument("--from-scratch", action="store_true", help="begin with new weights instead of {{PythonPackage.Weights}}")
            options.add_argument("--epochs", type=int, default=5)
            options.add_argument("--batch", type=int, default=32, help="samples of one process in a step (default 32)")
            options.add_argument("--lr", type=float, default=1e-3)
            options.add_argument("--out", default="{{Trained}}")
            options = options.parse_args()

            # torchrun sets RANK, WORLD_SIZE and LOCAL_RANK.
            cuda = torch.cuda.is_available()
            dist.init_process_group("nccl" if cuda else "gloo")
            rank, world = dist.get_rank(), dist.get_world_size()
            device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if cuda else torch.device("cpu")
            torch.manual_seed(0)

            network = {{source.ClassName}}()
            if not options.from_scratch:
                network.load_state_dict(load("{{PythonPackage.Weights}}"))
            network = network.to(device).train()
            if cuda:
                torch.cuda.set_device(device)
                network = nn.SyncBatchNorm.convert_sync_batchnorm(network)
            parallel = DistributedDataParallel(network, device_ids=[device.index] if cuda else None)
            optimizer = torch.optim.AdamW(parallel.parameters(), lr=options.lr)

            data = load(os.path.abspath(options.data))
            inputs = [tensor for name, tensor in data.items() if name.startswith("input.")]
            outputs = [tensor for name, tensor in data.items() if name.startswith("output.")]
            share = len(inputs[0]) // world                     # the same number of steps in every process
            if share == 0:
                raise SystemExit(f"{len(inputs[0])} samples are too few for {world} processes.")
            batch = min(options.batch, share)
            for epoch in range(1, options.epochs + 1):
                order = torch.randperm(len(inputs[0]), generator=torch.Generator().manual_seed(epoch))
                order = order[rank * share:(rank + 1) * share]
                total = torch.zeros((), device=device)
                steps = share // batch
                for step in range(steps):
                    rows = order[step * batch:(step + 1) * batch]
                    optimizer.zero_grad()
                    answers = parallel(*[tensor[rows].to(device) for tensor in inputs])
                    answers = answers if isinstance(answers, tuple) else (answers,)
                    loss = sum(loss_of(answer, expected[rows].to(device)) for answer, expected in zip(answers, outputs))
                    loss.backward()
                    optimizer.step()
                    total += loss.detach() / steps
                dist.all_reduce(total)
                if rank == 0:
                    print(f"epoch {epoch}: loss {total.item() / world:.6g}, {world} processes", flush=True)

            if rank == 0:
                save(network.state_dict(), options.out)
                print(f"{options.out}: POST /v1/weights takes it", flush=True)
            dist.destroy_process_group()


        if __name__ == "__main__":
            main()

        """".ReplaceLineEndings("\n");
}
