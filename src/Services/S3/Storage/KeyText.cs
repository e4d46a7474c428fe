using System.Text;

namespace Estiba.S3.Storage;

/// <summary>
/// Keys of objects as part of the store's keys, in the order of S3's lists: that of their UTF-8 bytes, each of which is
/// one character. A key is data and never part of a file's name.
/// </summary>
internal static class KeyText
{
    /// <summary>Divides a key from what follows it, and comes before everything that a key may go on with.</summary>
    internal const char End = '\0';

    /// <summary>Comes after everything that a key may go on with.</summary>
    internal const char Last = '\u0100';

    private const char Escape = '\u0001';

    internal static string Of(string key)
    {
        var bytes = Encoding.UTF8.GetBytes(key);
        if (Array.TrueForAll(bytes, one => one > Escape))
            return Encoding.Latin1.GetString(bytes);
        var text = new StringBuilder(bytes.Length + 8);
        foreach (var one in bytes)
        {
            if (one <= Escape)
                text.Append(Escape).Append((char)(one + 1));
            else
                text.Append((char)one);
        }

        return text.ToString();
    }
}
