using System.Text;

namespace Estiba.Compute.UserData.Shell;

/// <content>Redirections, and the here-documents that follow the line on which they are announced.</content>
internal sealed partial class ShellParser
{
    private readonly List<(Redirect Redirect, string Delimiter, bool Expands, bool StripTabs)> _hereDocuments = [];

    private List<Redirect> ParseRedirects()
    {
        var redirects = new List<Redirect>();
        for (SkipBlanks(); _at < text.Length && TryParseRedirect() is { } redirect; SkipBlanks())
            redirects.Add(redirect);
        return redirects;
    }

    private Redirect? TryParseRedirect()
    {
        var start = _at;
        int? descriptor = null;
        if (char.IsAsciiDigit(text[_at]))
            descriptor = text[_at++] - '0';
        else if (At("&>"))
            _at++;

        if (_at >= text.Length || text[_at] is not ('<' or '>'))
        {
            _at = start;
            return null;
        }
        if (Take("<<<"))
            return new Redirect(0, RedirectKind.Text, NextWord(newline: true));
        if (Take("<<"))
            return HereDocument(stripTabs: Take("-"));
        if (Take("<&"))
            return new Redirect(descriptor ?? 0, RedirectKind.Duplicate, NextWord());
        if (Take("<"))
            return new Redirect(descriptor ?? 0, RedirectKind.Input, NextWord());
        if (Take(">>"))
            return new Redirect(descriptor ?? 1, RedirectKind.Append, NextWord());
        if (Take(">&"))
            return new Redirect(descriptor ?? 1, RedirectKind.Duplicate, NextWord());
        if (!Take(">|"))
            _at++;
        return new Redirect(descriptor ?? 1, RedirectKind.Truncate, NextWord());
    }

    private ShellWord NextWord(bool newline = false)
    {
        SkipBlanks();
        var word = ShellWordReader.Read(text, ref _at);
        return newline ? new ShellWord([.. word.Pieces, new WordPiece("\n", Expands: false, Quoted: true)]) : word;
    }

    private Redirect HereDocument(bool stripTabs)
    {
        var delimiter = NextWord();
        var redirect = new Redirect(0, RedirectKind.Text, new ShellWord([]));
        _hereDocuments.Add(
            (
                redirect,
                string.Concat(delimiter.Pieces.Select(piece => piece.Text)),
                delimiter.Plain is not null,
                stripTabs
            )
        );
        return redirect;
    }

    private void ReadHereDocuments()
    {
        foreach (var (redirect, delimiter, expands, stripTabs) in _hereDocuments)
        {
            var body = new StringBuilder();
            while (_at < text.Length)
            {
                var end = text.IndexOf('\n', _at) is var found and >= 0 ? found : text.Length;
                var line = text[_at..end].TrimEnd('\r');
                _at = Math.Min(end + 1, text.Length);
                if (stripTabs)
                    line = line.TrimStart('\t');
                if (line == delimiter)
                    break;
                body.Append(line).Append('\n');
            }
            var content = body.ToString();
            var from = 0;
            redirect.Target = new ShellWord(
                expands
                    ? ShellWordReader.ReadExpandable(content, ref from, close: null)
                    : [new WordPiece(content, Expands: false, Quoted: true)]
            );
        }
        _hereDocuments.Clear();
    }
}
