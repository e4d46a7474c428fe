using System.Buffers;
using System.Text;
using System.Xml;

namespace Estiba.Contracts.Protocols;

/// <summary>Writes a small XML document into a buffer.</summary>
internal static class XmlAnswer
{
    private static readonly XmlWriterSettings Settings = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        CloseOutput = false,
    };

    public static void Write<TState>(IBufferWriter<byte> output, TState state, Action<XmlWriter, TState> content)
    {
        using var text = new MemoryStream();
        using (var xml = XmlWriter.Create(text, Settings))
            content(xml, state);
        output.Write(text.GetBuffer().AsSpan(0, (int)text.Length));
    }
}
