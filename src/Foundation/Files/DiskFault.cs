namespace Estiba.Files;

/// <summary>
/// Parts of files that a disk cannot give back any more. That is damage of those parts like any other, and no reason to
/// give up the rest.
/// </summary>
public static class DiskFault
{
    /// <summary>What a disk reads at once: the least that can be unreadable.</summary>
    private const int PageBytes = 4096;

    // EIO; EBADMSG and EUCLEAN, of file systems with checksums of their own.
    private const int InputOutput = 5;
    private const int BadMessage = 74;
    private const int NeedsCleaning = 117;

    /// <summary>Reads from an offset on, as a file does.</summary>
    internal delegate int ReadAt(Span<byte> target, long offset);

    /// <summary>Whether reading failed because of what is on the disk.</summary>
    public static bool Is(Exception exception) =>
        exception is IOException { HResult: InputOutput or BadMessage or NeedsCleaning };

    /// <summary>Reads as a file does, with zeros for what the disk cannot give.</summary>
    internal static int Read(ReadAt read, Span<byte> target, long offset)
    {
        try
        {
            return read(target, offset);
        }
        catch (IOException fault) when (Is(fault))
        {
            return ReadPages(read, target, offset);
        }
    }

    private static int ReadPages(ReadAt read, Span<byte> target, long offset)
    {
        var done = 0;
        while (done < target.Length)
        {
            var end = (offset + done) / PageBytes * PageBytes + PageBytes;
            var page = target.Slice(done, (int)Math.Min(target.Length - done, end - offset - done));
            int got;
            try
            {
                got = read(page, offset + done);
            }
            catch (IOException fault) when (Is(fault))
            {
                page.Clear();
                got = page.Length;
            }

            done += got;
            if (got < page.Length)
                break;
        }

        return done;
    }
}
