using ConcatService.Worker;
using ConcatService.Worker.Trainers;

// `Worker` supervises and never loads libtorch; it starts itself as `Worker trainer` for each job.
return args is ["trainer"] ? await TrainerHost.RunAsync(TrainJob.RunAsync) : await WorkerHost.RunAsync(args);
