using System.Globalization;
using System.Text.RegularExpressions;
using Estiba.Contracts;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs.TaskDefinitions;

/// <summary>
/// Reads the CPU and memory of a task, which may be written as plain numbers or with units ("Task size", ECS developer
/// guide).
/// </summary>
internal static partial class TaskSize
{
    private const int UnitsPerCpu = 1024;
    private const int MebibytesPerGigabyte = 1024;

    /// <summary>CPU units: from <c>1024</c>, <c>1 vCPU</c> or <c>.5 vcpu</c>; null for none.</summary>
    /// <exception cref="AwsException"><c>ClientException</c>: it is no such text.</exception>
    internal static int? Cpu(string? text) =>
        text is null
            ? null
            : Parse(text, Cpus(), UnitsPerCpu) ?? throw ClientException("Invalid 'cpu' setting for task.");

    /// <summary>MiB: from <c>1024</c>, <c>1GB</c> or <c>1 GB</c>; null for none.</summary>
    /// <exception cref="AwsException"><c>ClientException</c>: it is no such text.</exception>
    internal static int? Memory(string? text) =>
        text is null
            ? null
            : Parse(text, Gigabytes(), MebibytesPerGigabyte)
                ?? throw ClientException("Invalid 'memory' setting for task.");

    private static int? Parse(string text, Regex withUnit, int unit)
    {
        var match = withUnit.Match(text);
        if (
            !match.Success
            || !decimal.TryParse(
                match.Groups["number"].Value,
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var number
            )
        )
            return null;
        if (match.Groups["unit"].Success)
            number *= unit;
        return number > 0 && number <= int.MaxValue && number == decimal.Truncate(number) ? (int)number : null;
    }

    [GeneratedRegex(
        @"^\s*(?<number>[0-9.]{1,12})\s*(?<unit>vcpus?)?\s*\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Cpus();

    [GeneratedRegex(
        @"^\s*(?<number>[0-9.]{1,12})\s*(?:(?<unit>gi?b)|mi?b)?\s*\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Gigabytes();
}
