using System.Text;

namespace Estiba.Contracts;

/// <summary>
/// How a service words what breaks its contract. Which one is a fact of the contract; this is the wording that most
/// services have in common, with a code of their own.
/// </summary>
internal class ValidationWording(string code)
{
    /// <summary>Whether an empty text is none, unless the contract says that it may be empty.</summary>
    internal virtual bool TakesEmptyForNone => false;

    /// <summary>Whether patterns that have a sentence of their own count only when all else is right, and of a list of
    /// texts it is told once that something is wrong.</summary>
    internal virtual bool LooksAtLettersLast => false;

    /// <summary>The wording that a contract asks for.</summary>
    /// <param name="fact"> <c>sentences</c> of words, the <c>path</c> of what is wrong, the <c>parameters</c> of a
    /// form, <c>requestParameters</c> with codes for both protocols of a service, <c>lettersLast</c>, which looks at
    /// the letters of names when all else is right, or the error code that goes with the common wording.
    /// </param>
    internal static ValidationWording Of(string fact) =>
        fact switch
        {
            "sentences" => new SentenceWording(),
            "path" => new PathWording(),
            "parameters" => new ParameterWording(),
            "requestParameters" => new RequestParameterWording(),
            "lettersLast" => new LettersLastWording(),
            _ => new ValidationWording(fact),
        };

    /// <summary>What says that something is too little.</summary>
    internal virtual string AtLeast(string what, object least) =>
        $"Member must have {what} greater than or equal to {least}";

    /// <summary>What says that something is too much.</summary>
    internal virtual string AtMost(string what, object most) => $"Member must have {what} less than or equal to {most}";

    /// <summary>What says that a pattern is broken.</summary>
    internal virtual string Pattern(string pattern) => $"Member must satisfy regular expression pattern: {pattern}";

    /// <summary>The error that tells of all that is wrong.</summary>
    internal virtual AwsException Error(IReadOnlyList<ValidationFailure> failures) => new(code, Common(failures));

    /// <summary>The error about the letters of a name, where all else is right.</summary>
    /// <param name="path">Whose letters.</param>
    /// <param name="sentence">Which there may be.</param>
    internal AwsException LettersError(string path, string sentence) =>
        new(code, $"The specified value for {Shown(path)} is invalid. {sentence}");

    /// <summary>What is wrong with one member, in the common wording.</summary>
    protected virtual string Common(ValidationFailure failure)
    {
        var value = failure.Value is null ? "null" : $"'{failure.Value}'";
        return $"Value {value} at '{Shown(failure.Path)}' failed to satisfy constraint: {failure.Constraint}";
    }

    /// <summary>All that is wrong, in the common wording.</summary>
    protected string Common(IReadOnlyList<ValidationFailure> failures) =>
        $"{failures.Count} validation error{(failures.Count == 1 ? "" : "s")} detected: "
        + string.Join("; ", failures.Select(Common));

    // Members are shown by lower-case names, whatever the wire calls them.
    private protected static string Shown(string path) =>
        string.Join(
            '.',
            path.Split('.').Select(part => part.Length == 0 ? part : char.ToLowerInvariant(part[0]) + part[1..])
        );

    private protected static string Capitalized(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}

/// <summary>Says in a sentence what the first thing is that is wrong, as Amazon ECS does.</summary>
internal sealed class SentenceWording() : ValidationWording(Code)
{
    private const string Code = "InvalidParameterException";

    internal override bool TakesEmptyForNone => true;

    internal override AwsException Error(IReadOnlyList<ValidationFailure> failures)
    {
        var first = failures[0];
        return first.Kind switch
        {
            ValidationFailureKind.Missing when first.Path == first.Member => new(
                Code,
                $"{Capitalized(first.Member)} can not be blank."
            ),
            ValidationFailureKind.Missing => new(Code, $"{Capitalized(first.Path)} should not be null or empty."),
            ValidationFailureKind.Unknown => new(
                Code,
                $"{Subject(first)} should be one of [{string.Join(',', first.Allowed)}]"
            ),
            _ => base.Error(failures),
        };
    }

    // "launch type should be one of [EC2,FARGATE]".
    private static string Subject(ValidationFailure failure)
    {
        if (failure.Subject is { } subject)
            return subject.Replace("{value}", $"{failure.Value}", StringComparison.Ordinal);
        var words = new StringBuilder();
        foreach (var letter in NamedLast(failure.Path))
        {
            if (char.IsUpper(letter) && words.Length > 0)
                words.Append(' ').Append(char.ToLowerInvariant(letter));
            else
                words.Append(letter);
        }

        return words.ToString();
    }

    // Of a value in a list, "include.1.member", it is the list that has a name.
    private static string NamedLast(string path) =>
        path.Split('.').Last(part => part != "member" && !part.All(char.IsAsciiDigit));
}

/// <summary>Names the path of the first thing that is wrong, as Amazon ECR does.</summary>
internal sealed class PathWording() : ValidationWording(Code)
{
    private const string Code = "InvalidParameterException";

    internal override string Pattern(string pattern) => $"must satisfy regular expression '{pattern}'";

    internal override AwsException Error(IReadOnlyList<ValidationFailure> failures) =>
        new(
            Code,
            $"Invalid parameter at '{failures[0].Path}' failed to satisfy constraint: '{failures[0].Constraint}'"
        );
}

/// <summary>Names the first parameter of a form that is wrong, as Amazon EC2 does.</summary>
internal sealed class ParameterWording() : ValidationWording("InvalidParameterValue")
{
    // It says "than" and means "than or equal to".
    internal override string AtLeast(string what, object least) => $"Expecting a {what} greater than {least}";

    internal override string AtMost(string what, object most) => $"Expecting a {what} less than {most}";

    internal override AwsException Error(IReadOnlyList<ValidationFailure> failures)
    {
        var first = failures[0];
        return first.Kind switch
        {
            ValidationFailureKind.Missing => new(
                "MissingParameter",
                $"The request must contain the parameter {first.Path}"
            ),
            ValidationFailureKind.Unknown => new(
                "InvalidParameterValue",
                $"Invalid value '{first.Value}' for {first.Member}."
            ),
            _ => new(
                "InvalidParameterValue",
                $"Value ( {first.Value} ) for parameter {char.ToLowerInvariant(first.Path[0])}{first.Path[1..]} is "
                    + $"invalid. {first.Constraint}."
            ),
        };
    }
}

/// <summary>Has one code for what is missing and one for all else, in both its protocols, as Amazon SQS does.</summary>
internal sealed class RequestParameterWording() : ValidationWording("InvalidParameterValueException")
{
    internal override AwsException Error(IReadOnlyList<ValidationFailure> failures) =>
        failures[0] is { Kind: ValidationFailureKind.Missing } missing
            ? new AwsException(
                "MissingRequiredParameterException",
                $"The request must contain the parameter {missing.Path}."
            )
            {
                QueryCode = "MissingParameter",
            }
            : new AwsException("InvalidParameterValueException", Common(failures))
            {
                QueryCode = "InvalidParameterValue",
            };
}

/// <summary>Looks at the letters of names when all else is right, and repeats no values, as IAM does.</summary>
internal sealed class LettersLastWording() : ValidationWording("ValidationError")
{
    internal override bool LooksAtLettersLast => true;

    protected override string Common(ValidationFailure failure) =>
        $"Value at '{Shown(failure.Path)}' failed to satisfy constraint: {failure.Constraint}";
}
