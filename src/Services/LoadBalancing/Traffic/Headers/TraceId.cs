using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Estiba.LoadBalancing.Traffic.Headers;

/// <summary>X-Amzn-Trace-Id ("Request tracing for your Application Load Balancer").</summary>
public static class TraceId
{
    /// <summary>The header's name.</summary>
    public const string Header = "X-Amzn-Trace-Id";

    /// <summary>How long an id is.</summary>
    public const int Length = 35;

    /// <summary>
    /// The header as it is sent: a new root; or where there is one, the load balancer's own part before what the client
    /// sent, in the place of one that another wrote.
    /// </summary>
    /// <param name="received">As the client sent it; null where it did not.</param>
    /// <param name="own">The id of this request, as <see cref="New"/> makes it.</param>
    public static string Next(string? received, string own)
    {
        var fields = (received ?? "").Split(
            ';',
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
        );
        var kept = fields.Where(field => !Is(field, "Self="));
        return string.Join(';', kept.Prepend((fields.Any(field => Is(field, "Root=")) ? "Self=" : "Root=") + own));
    }

    /// <summary>A new id: version, seconds and 96 bits of chance.</summary>
    /// <param name="now">The time.</param>
    /// <param name="random">The chance.</param>
    public static string New(DateTimeOffset now, Random random) =>
        string.Create(Length, (now, random), static (text, state) =>
        {
            Span<byte> bytes = stackalloc byte[Length];
            Write(bytes, state.now, state.random);
            Ascii.ToUtf16(bytes, text, out _);
        });

    /// <summary>Writes a new id.</summary>
    /// <param name="id">Gets its <see cref="Length"/> characters.</param>
    /// <param name="now">The time.</param>
    /// <param name="random">The chance.</param>
    public static void Write(Span<byte> id, DateTimeOffset now, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        "1-"u8.CopyTo(id);
        Utf8Formatter.TryFormat(now.ToUnixTimeSeconds(), id[2..], out _, new StandardFormat('x', 8));
        id[10] = (byte)'-';
        Span<byte> chance = stackalloc byte[12];
        random.NextBytes(chance);
        Convert.TryToHexStringLower(chance, id[11..], out _);
    }

    private static bool Is(string field, string name) => field.StartsWith(name, StringComparison.OrdinalIgnoreCase);
}
