using Estiba.Console.Sessions;
using Estiba.Console.Texts;
using Estiba.Contracts;
using Microsoft.AspNetCore.Components;

namespace Estiba.Console.Commands;

/// <summary>A page on which something is made.</summary>
public abstract class FormPage : ComponentBase
{
    [CascadingParameter]
    internal Language Words { get; set; } = Language.English;

    [CascadingParameter]
    internal Session Session { get; set; } = null!;

    [Inject]
    internal Actions Actions { get; set; } = null!;

    [Inject]
    internal NavigationManager Navigation { get; set; } = null!;

    /// <summary>What the contract says against what is filled in.</summary>
    internal FieldFaults Faults { get; set; } = FieldFaults.None;

    /// <summary>Whether it is being made.</summary>
    protected bool IsBusy { get; private set; }

    /// <summary>Makes it, when the contract has nothing against any of the requests.</summary>
    /// <param name="done">What is said when it is made.</param>
    /// <param name="next">The address that shows it.</param>
    /// <param name="requests">What is asked for.</param>
    /// <param name="make">Asks for it.</param>
    internal async Task MakeAsync(string done, string next, IReadOnlyList<IShape> requests, Func<Task> make)
    {
        if (IsBusy)
            return;
        Faults = requests.Select(it => FieldFaults.Of(it, Words)).FirstOrDefault(it => !it.IsEmpty, FieldFaults.None);
        if (!Faults.IsEmpty)
            return;
        IsBusy = true;
        try
        {
            if (await Actions.DoAsync(Words, done, make))
                Navigation.NavigateTo(next);
        }
        finally
        {
            IsBusy = false;
        }
    }

    /// <summary>A text; null for an empty one, which no request contains.</summary>
    protected static string? Filled(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    /// <summary>What can be chosen from; empty where the key may not see it, or nobody answers.</summary>
    private protected static async Task<IReadOnlyList<T>> ChoicesAsync<T>(Func<Task<IReadOnlyList<T>?>> read)
    {
        try
        {
            return await read() ?? [];
        }
        catch (Exception failure) when (failure is AwsException or HttpRequestException or TaskCanceledException)
        {
            return [];
        }
    }
}
