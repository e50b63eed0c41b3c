// ConcatBench: labeled faults at merges, found, explained and repaired? --per-class N (640), --valid N (1200), --seed S (1), --only CLASS,
// --show N (0), --dry 1, --terms 1 (what each term of the ranking is worth).
// needs: nothing
#:project concatbench/ConcatBench.csproj
#:property PublishAot=false
#:property PackageId=concatbench-bench
#:property AssemblyName=concatbench-bench

using System.Diagnostics;
using System.Globalization;
using ConcatService.ConcatBench;
using ConcatService.ConcatBench.Networks;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var watch = Stopwatch.StartNew();
var collection = new CaseSet(
    GalleryNetworks.In("samples"),
    (int)Number("--per-class", 640),
    (int)Number("--valid", 1200),
    (int)Number("--seed", 1)
);
var cases = collection.Cases.Where(each => Word("--only") is not { } only || each.Class == only).ToList();
Console.WriteLine(
    $"{cases.Count(each => each.Label is not null):N0} faults and {cases.Count(each => each.Label is null):N0} valid networks made in "
        + $"{watch.Elapsed.TotalSeconds:0} s; discarded: "
        + $"{string.Join(", ", collection.Discarded.Select(each => $"{each.Value:N0} {each.Key}"))}"
);

if (Word("--terms") is not null)
{
    Console.WriteLine();
    Console.WriteLine(TermTable.Of(cases));
    return 0;
}

watch.Restart();
var torch = new TorchRun(dry: Word("--dry") is not null);
var scorer = new Scorer(torch);
var scores = cases.ConvertAll(each => scorer.Of(each));
var disagreements = cases
    .Where(each => each.Label is null)
    .Where(each => torch.Fault(SymbolicNetwork.Bound(each.Spec, new Dictionary<string, long>()), smaller: true) is not null)
    .ToList();
var seconds = watch.Elapsed.TotalSeconds;

watch.Restart();
var sample = cases
    .Where(each => each.Label is not null)
    .Where((_, i) => i % 100 == 50)
    .Select(each => scorer.Of(each, full: true))
    .ToList();

Console.WriteLine(
    $"diagnosed, {torch.Runs:N0} different networks run forward and backward in libtorch, in {seconds:0} s; the sample of {sample.Count} "
        + $"at full size in {watch.Elapsed.TotalSeconds:0} s"
);
Console.WriteLine();
Console.WriteLine(ResultTable.Of(scores));
var valid = scores.Where(score => score.Case.Label is null).ToList();
Console.WriteLine(
    $"false positives: {valid.Count(score => score.Detected)} of {valid.Count:N0} valid networks; libtorch refuses {disagreements.Count} "
        + $"of them"
);
Console.WriteLine(
    $"full size: the first fix runs in {sample.Count(score => score.Runs(1))} of {sample.Count}, one of three in "
        + $"{sample.Count(score => score.Runs(3))}"
);
var times = scores.Where(score => score.Case.Label is not null).Select(score => score.Took.TotalMilliseconds).Order().ToList();
Console.WriteLine(
    $"diagnosis of a fault: median "
        + $"{times.ElementAtOrDefault(times.Count / 2):0.0} ms, longest {scores.Max(score => score.Took.TotalMilliseconds):0} ms"
);
var threads = ThreadScore.In("bench/concatbench/threads");
Console.WriteLine(
    $"threads: {threads.Count(each => each.Passes)} of {threads.Count} get the class and a fix that was accepted there; the others: "
        + string.Join(
            "; ",
            threads
                .Where(each => !each.Passes)
                .Select(each => $"{each.Thread} ({(each.HasClass ? "no such fix" : "another class")}, {each.Said})")
        )
);
foreach (var score in valid.Where(score => score.Detected).Take((int)Number("--show", 0)))
    Console.WriteLine($"false positive: {score.Case.Original.Name}, {score.Case.Edit}: {score.Said}");
foreach (var score in scores.Where(score => score.Case.Label is not null).Where(Failed).Take((int)Number("--show", 0)))
    Console.WriteLine(Line(score, score.Case.Label!));
return 0;

static string Line(Score score, Label label) => string.Join(
    " | ",
    $"{(score.Detected ? "" : "MISSED ")}{(score.CauseRight ? "" : "cause ")}{(score.BlameRight ? "" : "blame ")}"
        + $"{(score.Runs(1) ? "" : "run ")}{(score.Undoes(1) ? "" : "undo")}",
    score.Case.Original.Name,
    $"{score.Case.Class} {score.Case.Edit}",
    $"wanted {label.Cause} at {string.Join(" or ", label.Blamed.Take(3).Select(path => path ?? "none"))} (merge {label.Merge})",
    score.Said,
    string.Join("; ", score.Fixes.Where(fix => fix.Fault is not null).Select(fix => $"{fix.Id}: {fix.Fault}"))
);

bool Failed(Score score) => Word("--fail") switch
{
    "cause" => !score.CauseRight,
    "blame" => !score.BlameRight,
    "run" => !score.Runs(1),
    "three" => !score.Runs(3),
    "undo" => !score.Undoes(1),
    "undo3" => !score.Undoes(3),
    "bad" => score.AllFixes.Any(fix => fix.IsBad),
    "missed" => !score.Detected,
    _ => !score.CauseRight || !score.BlameRight || !score.Runs(1) || score.AllFixes.Any(fix => fix.IsBad),
};

long Number(string name, long fallback) => Word(name) is { } word ? long.Parse(word) : fallback;

string? Word(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
