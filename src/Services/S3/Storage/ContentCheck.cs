using Estiba.Files;
using Estiba.Hosting;

namespace Estiba.S3.Storage;

/// <summary>
/// Says which contents of objects are missing, or have another size or checksum than their record says.
/// </summary>
internal static class ContentCheck
{
    internal static async Task RunAsync(FilesCheck check)
    {
        if (check.State is not { } state)
            return;
        var files = new FileDirectory(check.Directory);
        var wrong = new List<(ContentFile Content, string Sentence)>();
        foreach (var (content, algorithm) in S3Tables.NamedContents(state))
        {
            check.Cancellation.ThrowIfCancellationRequested();
            check.Progress(files.Locate(ContentFiles.NameOf(content.File)));
            if (Fault(files, content, algorithm) is { } sentence)
                wrong.Add((content, sentence));
        }

        if (wrong.Count == 0 || await check.Refresh() is not { } now)
            return;
        var named = S3Tables.NamedFiles(now).ToHashSet(StringComparer.Ordinal);
        foreach (var (content, sentence) in wrong.Where(found => named.Contains(found.Content.File)))
            check.Findings(
                new Finding(
                    $"The content {files.Locate(ContentFiles.NameOf(content.File))} of an object {sentence}. Put the "
                        + "object again, or restore a backup (estiba restore)."
                )
            );
    }

    private static string? Fault(FileDirectory files, ContentFile content, string algorithm)
    {
        using var file = files.OpenRead(ContentFiles.NameOf(content.File))
            ?? files.OpenRead($"{ContentFiles.Uploads}/{content.File}");
        if (file is null)
            return "is missing";
        if (file.Length != content.Size)
            return $"has {file.Length} bytes and not {content.Size}";
        if (content.Checksum is null)
            return null;
        var checksum = Contracts.Protocols.BodyChecksums.Begin(algorithm);
        var buffer = new byte[256 * 1024];
        for (long offset = 0; file.Read(buffer, offset) is var count and > 0; offset += count)
            checksum.Append(buffer.AsSpan(0, count));
        return Convert.ToBase64String(checksum.Value()) == content.Checksum ? null : "is damaged";
    }
}
