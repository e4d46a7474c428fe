using System.Text.Json;
using System.Text.Json.Serialization;
using Estiba.Files;
using Estiba.Platforms;

namespace Estiba.Demo;

/// <summary>
/// A demo's own directory, which remembers what the demo makes outside it until all of that is gone again.
/// </summary>
/// <remarks>
/// The record is written before each thing is made, and the directory is locked while its demo lives: a demo that
/// was killed leaves an unlocked directory, whose record tells the next demo what to remove.
/// </remarks>
internal sealed class DemoDirectory : IDisposable
{
    private const string RecordName = "made.json";
    private readonly FileLock _lock;

    private DemoDirectory(string root, FileLock @lock, DemoRecord record)
    {
        Root = root;
        _lock = @lock;
        Record = record;
    }

    /// <summary>Its absolute path.</summary>
    internal string Root { get; }

    /// <summary>The platform's data directory.</summary>
    internal DataLayout Data => DataLayout.At(Path.Combine(Root, "data"));

    /// <summary>Where the walk's commands run, with the article's files.</summary>
    internal string Work => Path.Combine(Root, "work");

    internal DemoRecord Record { get; private set; }

    /// <summary>Where demos have their directories.</summary>
    internal static string UsualParent => Path.Combine(DataLayout.XdgHome("XDG_CACHE_HOME", ".cache"), "estiba");

    internal static DemoDirectory Create(string parent, TimeProvider time)
    {
        var root = Path.Combine(parent, $"demo-{time.GetUtcNow():yyyyMMdd-HHmmss}-{Environment.ProcessId}");
        Directory.CreateDirectory(root, PrivateFiles.DirectoryMode);
        var directory = new DemoDirectory(root, Lock(root), DemoRecord.Empty);
        Directory.CreateDirectory(directory.Work, PrivateFiles.DirectoryMode);
        directory.Remember(record => record);
        return directory;
    }

    /// <summary>Takes the directories of demos that ended without cleaning up after themselves.</summary>
    internal static IReadOnlyList<DemoDirectory> Abandoned(string parent) =>
        Directory.Exists(parent)
            ? [.. Directory.EnumerateDirectories(parent, "demo-*").Select(Adopt).OfType<DemoDirectory>()]
            : [];

    /// <summary>Writes down what is about to be made.</summary>
    internal void Remember(Func<DemoRecord, DemoRecord> change)
    {
        Record = change(Record);
        var path = Path.Combine(Root, RecordName);
        DurableFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(Record, DemoJson.Default.DemoRecord));
    }

    /// <summary>Keeps the directory: no demo will remove it.</summary>
    internal void Keep() => File.Delete(Path.Combine(Root, RecordName));

    /// <summary>Removes the directory with all that is in it.</summary>
    internal void Remove() => Directory.Delete(Root, recursive: true);

    public void Dispose() => _lock.Dispose();

    private static DemoDirectory? Adopt(string root)
    {
        try
        {
            var record = JsonSerializer.Deserialize(
                File.ReadAllBytes(Path.Combine(root, RecordName)),
                DemoJson.Default.DemoRecord
            );
            return record is null ? null : new DemoDirectory(root, Lock(root), record);
        }
        catch (Exception error) when (error is IOException or JsonException)
        {
            return null; // another demo's that lives, or one that was kept
        }
    }

    private static FileLock Lock(string root) => FileLock.TakeDirectory(root, "The things of a demo");
}

/// <summary>What a demo made outside its directory.</summary>
/// <param name="Containers">Names of containers that were run by hand.</param>
/// <param name="Images">References of images that were not there before.</param>
internal sealed record DemoRecord(IReadOnlyList<string> Containers, IReadOnlyList<string> Images)
{
    internal static readonly DemoRecord Empty = new([], []);

    internal DemoRecord WithContainer(string name) => this with { Containers = [.. Containers, name] };

    internal DemoRecord WithImage(string reference) => this with { Images = [.. Images, reference] };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(DemoRecord))]
internal sealed partial class DemoJson : JsonSerializerContext;
