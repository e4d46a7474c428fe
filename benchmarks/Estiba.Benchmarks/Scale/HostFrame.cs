using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Estiba.Benchmarks.Scale;

/// <summary>
/// What a host needs to know of a frame from the server, read in one pass: the payload of a task is long, and the host
/// runs no containers.
/// </summary>
internal sealed class HostFrame
{
    /// <summary>The name of the message's structure.</summary>
    internal string Type { get; private set; } = "";

    internal string? MessageId { get; private set; }

    internal long? SequenceNumber { get; private set; }

    /// <summary>The tasks that it names, by id, and whether they are to run.</summary>
    internal List<(UInt128 Id, bool Run)> Tasks { get; } = [];

    internal static HostFrame Read(ReadOnlySpan<byte> json)
    {
        var frame = new HostFrame();
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
                continue;
            if (reader.ValueTextEquals("type"u8) && reader.CurrentDepth == 1)
                frame.Type = Text(ref reader) ?? "";
            else if (reader.ValueTextEquals("messageId"u8))
                frame.MessageId = Text(ref reader);
            else if (reader.ValueTextEquals("tasks"u8) || reader.ValueTextEquals("stopTasks"u8))
                frame.ReadTasks(ref reader);
            else if (reader.ValueTextEquals("seqNum"u8) && reader.Read())
                frame.SequenceNumber = reader.GetInt64();
        }

        return frame;
    }

    private static string? Text(ref Utf8JsonReader reader) => reader.Read() ? reader.GetString() : null;

    private void ReadTasks(ref Utf8JsonReader reader)
    {
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            ReadTask(ref reader);
    }

    private void ReadTask(ref Utf8JsonReader reader)
    {
        var (id, run) = (UInt128.Zero, false);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isArn = reader.ValueTextEquals("arn"u8) || reader.ValueTextEquals("taskArn"u8);
            var isStatus = reader.ValueTextEquals("desiredStatus"u8);
            reader.Read();
            if (isArn)
                id = IdOf(reader.ValueSpan);
            else if (isStatus)
                run = reader.ValueTextEquals("RUNNING"u8);
            else
                reader.Skip();
        }

        Tasks.Add((id, run));
    }

    private static UInt128 IdOf(ReadOnlySpan<byte> arn) =>
        UInt128.Parse(
            arn[(arn.LastIndexOf((byte)'/') + 1)..],
            NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture
        );
}
