using System.Xml;

namespace Estiba.Contracts;

/// <summary>Texts as XML can say them.</summary>
public static class XmlText
{
    private const char Replacement = '\uFFFD';

    /// <summary>
    /// The text with U+FFFD for each character that XML has no way to say, such as a NUL or half of a surrogate pair.
    /// </summary>
    public static string Of(string text)
    {
        var place = FirstUnsayable(text, 0);
        if (place < 0)
            return text;

        var characters = text.ToCharArray();
        for (; place >= 0; place = FirstUnsayable(text, place + 1))
            characters[place] = Replacement;
        return new string(characters);
    }

    private static int FirstUnsayable(string text, int start)
    {
        for (var place = start; place < text.Length; place++)
        {
            if (XmlConvert.IsXmlChar(text[place]))
                continue;
            if (place + 1 == text.Length || !XmlConvert.IsXmlSurrogatePair(text[place + 1], text[place]))
                return place;
            place++;
        }

        return -1;
    }
}
