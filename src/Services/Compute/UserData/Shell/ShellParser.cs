namespace Estiba.Compute.UserData.Shell;

/// <summary>
/// Parses as much of the Bourne shell's language as user data uses. It never fails: what makes no sense is passed over.
/// </summary>
internal sealed partial class ShellParser(string text)
{
    private const int MostNesting = 50;

    private int _at;
    private int _nesting;

    public IReadOnlyList<ShellStatement> Parse()
    {
        var all = new List<ShellStatement>();
        while (_at < text.Length)
        {
            all.AddRange(ParseList());
            // A stray closing word or parenthesis: pass over it.
            if (_at < text.Length && TakeKeyword() is null)
                _at++;
        }
        return all;
    }

    /// <summary>Statements up to a closing keyword, a closing parenthesis or the end.</summary>
    private List<ShellStatement> ParseList()
    {
        var statements = new List<ShellStatement>();
        var when = Connector.Always;
        while (true)
        {
            SkipBlanks();
            if (_at >= text.Length || text[_at] == ')' || At(";;"))
                return statements;
            if (TakeSeparator() is { } separator)
            {
                when = separator;
                continue;
            }
            if (PeekKeyword() is "then" or "else" or "elif" or "fi" or "do" or "done" or "esac" or "}")
                return statements;

            var before = _at;
            statements.Add(ParsePipeline(when));
            when = Connector.Always;
            if (_at == before)
                _at++;
        }
    }

    private Connector? TakeSeparator()
    {
        if (Take("&&"))
            return Connector.IfSucceeded;
        if (Take("||"))
            return Connector.IfFailed;
        if (text[_at] == '\n')
        {
            _at++;
            ReadHereDocuments();
            return Connector.Always;
        }
        if (text[_at] is not (';' or '&' or '|') || At("&>"))
            return null;
        _at++;
        return Connector.Always;
    }

    private ShellStatement ParsePipeline(Connector when)
    {
        var negated = false;
        while (PeekKeyword() == "!")
        {
            TakeKeyword();
            negated = !negated;
            SkipBlanks();
        }
        var stages = new List<ShellCommand> { ParseCommand() };
        SkipBlanks();
        while (_at < text.Length && text[_at] == '|' && !At("||"))
        {
            _at += At("|&") ? 2 : 1;
            SkipBlanksAndLines();
            stages.Add(ParseCommand());
            SkipBlanks();
        }
        return new ShellStatement(when, negated, stages);
    }

    private ShellCommand ParseCommand()
    {
        if (_nesting >= MostNesting)
        {
            _at = text.Length;
            return new GroupCommand([]);
        }
        _nesting++;
        var command = ParseCompound();
        _nesting--;
        return command is SimpleCommand or FunctionCommand ? command : command with { Redirects = ParseRedirects() };
    }

    private ShellCommand ParseCompound()
    {
        if (Take("("))
            return ParseUntil(")");
        switch (PeekKeyword())
        {
            case "{":
                TakeKeyword();
                return ParseUntil("}");
            case "if":
                return ParseIf();
            case "while" or "until":
                TakeKeyword();
                ParseList();
                TakeKeyword();
                return new LoopCommand(null, [], ParseBody("done"));
            case "for":
                return ParseFor();
            case "case":
                return SkipCase();
            case "function":
                TakeKeyword();
                SkipBlanks();
                return ParseFunction(TakeKeyword() ?? "");
            default:
                return ParseSimple();
        }
    }

    private GroupCommand ParseUntil(string close)
    {
        var body = ParseList();
        if (close == ")")
            Take(close);
        else
            TakeKeyword();
        return new GroupCommand(body);
    }

    private IfCommand ParseIf()
    {
        var branches = new List<(IReadOnlyList<ShellStatement>, IReadOnlyList<ShellStatement>)>();
        while (TakeKeyword() is "if" or "elif")
        {
            var condition = ParseList();
            TakeKeyword();
            branches.Add((condition, ParseList()));
            if (PeekKeyword() != "else")
                continue;

            TakeKeyword();
            branches.Add(([], ParseList()));
        }
        return new IfCommand(branches);
    }

    private LoopCommand ParseFor()
    {
        TakeKeyword();
        SkipBlanks();
        var variable = TakeKeyword();
        var words = new List<ShellWord>();
        SkipBlanks();
        if (PeekKeyword() == "in")
        {
            TakeKeyword();
            for (SkipBlanks(); _at < text.Length && text[_at] is not (';' or '\n'); SkipBlanks())
            {
                var before = _at;
                words.Add(ShellWordReader.Read(text, ref _at));
                if (_at == before)
                    _at++;
            }
        }
        ParseList();
        TakeKeyword();
        return new LoopCommand(variable, words, ParseBody("done"));
    }

    /// <summary>Which branch would be taken is seldom knowable; the whole statement is passed over.</summary>
    private GroupCommand SkipCase()
    {
        for (SkipBlanksAndLines(); _at < text.Length; SkipBlanksAndLines())
        {
            var before = _at;
            if (TakeKeyword() == "esac")
                break;
            if (_at == before)
                _at++;
        }
        return new GroupCommand([]);
    }

    private List<ShellStatement> ParseBody(string close)
    {
        var body = ParseList();
        if (PeekKeyword() == close)
            TakeKeyword();
        return body;
    }

    private FunctionCommand ParseFunction(string name)
    {
        SkipBlanks();
        if (Take("("))
        {
            SkipBlanks();
            Take(")");
        }
        SkipBlanksAndLines();
        return new FunctionCommand(name, ParseCommand());
    }

    private ShellCommand ParseSimple()
    {
        var words = new List<ShellWord>();
        var redirects = new List<Redirect>();
        for (SkipBlanks(); _at < text.Length; SkipBlanks())
        {
            if (TryParseRedirect() is { } redirect)
            {
                redirects.Add(redirect);
            }
            else if (text[_at] == '(' && words is [{ Plain: { } name }])
            {
                return ParseFunction(name);
            }
            else if (ShellWordReader.Metacharacters.Contains(text[_at], StringComparison.Ordinal))
            {
                break;
            }
            else
            {
                words.Add(ShellWordReader.Read(text, ref _at));
            }
        }
        return new SimpleCommand(words) { Redirects = redirects };
    }

    private void SkipBlanks()
    {
        while (_at < text.Length)
        {
            if (text[_at] is ' ' or '\t' or '\r')
                _at++;
            else if (At("\\\n"))
                _at += 2;
            else if (At("\\\r\n"))
                _at += 3;
            else if (text[_at] == '#')
                _at = text.IndexOf('\n', _at) is var end and >= 0 ? end : text.Length;
            else
                return;
        }
    }

    private void SkipBlanksAndLines()
    {
        for (SkipBlanks(); _at < text.Length && text[_at] == '\n'; SkipBlanks())
        {
            _at++;
            ReadHereDocuments();
        }
    }

    private string? PeekKeyword()
    {
        var end = _at;
        var word = _at < text.Length ? ShellWordReader.Read(text, ref end).Plain : null;
        return string.IsNullOrEmpty(word) ? null : word;
    }

    private string? TakeKeyword()
    {
        SkipBlanks();
        var start = _at;
        var word = ShellWordReader.Read(text, ref _at).Plain;
        if (string.IsNullOrEmpty(word))
            _at = start;
        return string.IsNullOrEmpty(word) ? null : word;
    }

    private bool At(string operators) => string.CompareOrdinal(text, _at, operators, 0, operators.Length) == 0;

    private bool Take(string operators)
    {
        if (!At(operators))
            return false;
        _at += operators.Length;
        return true;
    }
}
