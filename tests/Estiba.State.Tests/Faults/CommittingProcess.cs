using System.Diagnostics;
using Estiba.State.Journals;
using static Estiba.State.Tests.SampleTables;

namespace Estiba.State.Tests.Faults;

/// <summary>A process that commits as fast as it can and says what was acknowledged, until it is killed.</summary>
internal static class CommittingProcess
{
    internal const string Mode = "--commit-until-killed";

    internal const int Committers = 8;

    internal const int TasksKept = 100;

    /// <summary>
    /// Each committer's commit number n adds the task n, deletes the one that is too many, and sets the service's count
    /// to n: all of that, or nothing.
    /// </summary>
    internal static async Task<int> RunAsync(string path)
    {
        await using var store = await OpenAsync(new SqliteJournal(path));
        await Task.WhenAll(
            Enumerable
                .Range(0, Committers)
                .Select(number =>
                    Task.Run(async () =>
                    {
                        var service = $"service-{number}";
                        while (true)
                        {
                            var count = await store.CommitAsync(transaction =>
                            {
                                var next = (transaction.Find(Services, service)?.Desired ?? 0) + 1;
                                transaction.Put(Services, new ServiceSample(service, next));
                                transaction.Put(Tasks, new TaskSample(TaskId(service, next), service, "RUNNING"));
                                transaction.Delete(Tasks, TaskId(service, next - TasksKept));
                                return next;
                            });
                            Say($"{service} {count}");
                        }
                    })
                )
        );
        return 0;
    }

    internal static string TaskId(string service, int number) => $"{service}/{number:D8}";

    internal static Process Start(string path)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Estiba.State.Tests"))
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            Environment = { ["DOTNET_EnableDiagnostics"] = "0" }, // whose files in /tmp a kill would leave
        };
        start.ArgumentList.Add(Mode);
        start.ArgumentList.Add(path);
        return Process.Start(start)!;
    }

    private static void Say(string line)
    {
        lock (Console.Out)
            Console.Out.WriteLine(line);
    }
}
