using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Estiba.Files;
using Microsoft.Win32.SafeHandles;

namespace Estiba.State.Journals;

/// <summary>
/// The revision that the journal has reached, in a file of its own beside it: a state file whose write-ahead file was
/// lost, or that was exchanged for an older one, is a good file too, and nothing in it tells that it was ever newer.
/// </summary>
/// <remarks>
/// It is written after each batch and never synced: after a power cut it may be behind, which only means that less is
/// noticed. It is never ahead of what is durable.
/// </remarks>
internal sealed class RevisionMark : IDisposable
{
    private const int Digits = 19;
    private const int Length = Digits + 1 + 8 + 1;

    private readonly SafeFileHandle _handle;
    private readonly byte[] _line = new byte[Length];

    private RevisionMark(SafeFileHandle handle, long? reached)
    {
        _handle = handle;
        (Reached, IsDamaged) = (reached ?? 0, reached is null);
    }

    /// <summary>The revision that was reached; 0 where nobody knows.</summary>
    internal long Reached { get; }

    /// <summary>Whether something is written there that is no revision.</summary>
    internal bool IsDamaged { get; }

    internal static string PathOf(string journal) => journal + ".revision";

    internal static RevisionMark Open(string journal)
    {
        var opened = PrivateFiles.Open(
            PathOf(journal),
            FileMode.OpenOrCreate,
            FileAccess.ReadWrite,
            FileShare.ReadWrite
        );
        Span<byte> content = stackalloc byte[Length];
        var read = RandomAccess.Read(opened, content, 0);
        return new RevisionMark(opened, Parse(content[..read]));
    }

    /// <summary>The mark of a journal that another process may have open; null for one that is damaged.</summary>
    internal static long? Read(string journal) =>
        File.Exists(PathOf(journal)) ? Parse(File.ReadAllBytes(PathOf(journal))) : 0;

    internal void Write(long revision)
    {
        var digits = _line.AsSpan(0, Digits);
        Utf8Formatter.TryFormat(revision, digits, out _, new('D', Digits));
        _line[Digits] = (byte)' ';
        Encoding.ASCII.GetBytes(
            Checksum.Of(digits).ToString("x8", CultureInfo.InvariantCulture),
            _line.AsSpan(Digits + 1)
        );
        _line[^1] = (byte)'\n';
        RandomAccess.Write(_handle, _line, 0);
    }

    public void Dispose() => _handle.Dispose();

    private static long? Parse(ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty)
            return 0;
        if (content.Length != Length || !Utf8Parser.TryParse(content[..Digits], out long revision, out _))
            return null;
        var sum = Encoding.ASCII.GetString(content.Slice(Digits + 1, 8));
        return sum == Checksum.Of(content[..Digits]).ToString("x8", CultureInfo.InvariantCulture) ? revision : null;
    }
}
