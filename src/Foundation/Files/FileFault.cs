namespace Estiba.Files;

/// <summary>What a fault of a file may say to whom.</summary>
public static class FileFault
{
    /// <summary>
    /// The fault's words without the paths in them, for clients: they need not know where on the host anything is. The
    /// runtime puts a path in quotes, at the end after a colon or in the middle.
    /// </summary>
    public static string WithoutPath(Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        var message = fault.Message;
        for (int start; (start = message.IndexOf("'/", StringComparison.Ordinal)) >= 0; )
        {
            var end = message.IndexOf('\'', start + 1);
            message = message[..start].TrimEnd(' ', ':') + (end < 0 ? "" : message[(end + 1)..]);
        }

        return message;
    }
}
