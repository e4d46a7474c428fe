using static Estiba.State.Tests.SampleTables;

namespace Estiba.State.Tests;

public sealed class SqliteJournalTests : IDisposable
{
    private readonly string directory = Path.Combine(Path.GetTempPath(), "estiba-state-" + Guid.NewGuid().ToString("N"));

    private string FilePath => Path.Combine(directory, "data", "state.db");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task What_was_committed_is_there_after_a_restart()
    {
        await using (var store = await OpenAsync(new SqliteJournal(FilePath)))
        {
            await store.CommitAsync(transaction =>
            {
                transaction.Put(Tasks, new TaskSample("1", "web", "RUNNING"));
                transaction.Put(Tasks, new TaskSample("2", "web", "RUNNING"));
            });
            await store.CommitAsync(transaction =>
            {
                transaction.Put(Tasks, new TaskSample("1", "web", "STOPPED"));
                transaction.Delete(Tasks, "2");
                transaction.Put(Services, new ServiceSample("web", 1));
            });
        }

        await using var again = await OpenAsync(new SqliteJournal(FilePath));
        again.Current.Range(Tasks).ShouldBe([new TaskSample("1", "web", "STOPPED")]);
        again.Current.Where(Tasks, ByService, "web").Count().ShouldBe(1);
        again.Current.Find(Services, "web").ShouldBe(new ServiceSample("web", 1));
        again.Current.Revision.ShouldBe(2);
    }
}
