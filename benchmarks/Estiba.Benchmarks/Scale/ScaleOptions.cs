using System.Globalization;

namespace Estiba.Benchmarks.Scale;

/// <summary>
/// How large the cluster is and what happens to it: <c>--hosts 6100 --tasks 2000000 --services 400 --launch --rollout
/// --loss --recovery</c>.
/// </summary>
/// <remarks>
/// Everything begins with the launch; <c>--launch</c> alone ends there, and naming one of the others leaves out the
/// rest.
/// </remarks>
internal sealed record ScaleOptions
{
    /// <summary>"Amazon ECS service quotas": tasks for each service.</summary>
    private const int MostTasksOfService = 5_000;

    private const int UsualServices = 100;

    private static readonly string[] Events = ["--rollout", "--loss", "--recovery"];

    internal int Hosts { get; private init; } = 1_000;

    internal int Tasks { get; private init; } = 100_000;

    internal int Services { get; private init; }

    /// <summary>What follows the launch.</summary>
    private IReadOnlySet<string> Following { get; init; } = Events.ToHashSet();

    internal bool Rollout => Following.Contains("--rollout");

    internal bool Loss => Following.Contains("--loss");

    internal bool Recovery => Following.Contains("--recovery");

    /// <summary>How a figure names the size that it was measured at.</summary>
    internal string Size => string.Create(CultureInfo.InvariantCulture, $"{Hosts:N0} hosts, {Tasks:N0} tasks");

    internal static ScaleOptions Read(string[] arguments)
    {
        var options = new ScaleOptions();
        var named = new HashSet<string>();
        for (var place = 0; place < arguments.Length; place++)
        {
            switch (arguments[place])
            {
                case "--hosts":
                    options = options with { Hosts = Number() };
                    break;
                case "--tasks":
                    options = options with { Tasks = Number() };
                    break;
                case "--services":
                    options = options with { Services = Number() };
                    break;
                case "--launch" or "--rollout" or "--loss" or "--recovery":
                    named.Add(arguments[place]);
                    break;
                default:
                    throw new ArgumentException(
                        $"'{arguments[place]}' is no option: --hosts N, --tasks N, --services N, --launch, "
                            + "--rollout, --loss, --recovery."
                    );
            }

            int Number() =>
                int.TryParse(
                    arguments.ElementAtOrDefault(++place),
                    NumberStyles.AllowThousands,
                    CultureInfo.InvariantCulture,
                    out var number
                )
                && number > 0
                    ? number
                    : throw new ArgumentException($"{arguments[place - 1]} needs a number greater than 0.");
        }

        var least = (options.Tasks + MostTasksOfService - 1) / MostTasksOfService;
        return options with
        {
            Services =
                options.Services == 0
                    ? Math.Max(Math.Min(UsualServices, options.Tasks), least)
                    : Math.Max(options.Services, least),
            Following = named.Count == 0 ? options.Following : named,
        };
    }
}
