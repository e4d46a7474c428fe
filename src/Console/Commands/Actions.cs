using Estiba.Console.Live;
using Estiba.Console.Texts;
using Estiba.Contracts;
using Radzen;

namespace Estiba.Console.Commands;

/// <summary>Does what a person asks for, and tells clearly what became of it.</summary>
internal sealed class Actions(NotificationService notifications, DialogService dialogs)
{
    private const double ShownFor = 6000;

    /// <summary>Does it; true when it is done. Where it is not, the person is told why.</summary>
    internal async Task<bool> DoAsync(Language words, string done, Func<Task> action)
    {
        try
        {
            await action();
            notifications.Notify(NotificationSeverity.Success, done, duration: ShownFor);
            return true;
        }
        catch (AwsException error)
        {
            var summary = Feed.KindOf(error) == AnswerKind.Refused ? words["Refused"] : error.Code;
            notifications.Notify(NotificationSeverity.Error, summary, error.Message, ShownFor * 2);
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            notifications.Notify(NotificationSeverity.Error, words["The platform does not answer. Try again."]);
        }

        return false;
    }

    /// <summary>Asks first, naming what will be lost and the command that does the same.</summary>
    /// <param name="words">The language.</param>
    /// <param name="title">What will be done.</param>
    /// <param name="lost">What will be lost, in sentences.</param>
    /// <param name="command">The command that does the same.</param>
    internal async Task<bool> ConfirmAsync(Language words, string title, IReadOnlyList<string> lost, string command) =>
        await dialogs.OpenAsync<Confirmation>(
            title,
            new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                [nameof(Confirmation.Words)] = words,
                [nameof(Confirmation.Title)] = title,
                [nameof(Confirmation.Lost)] = lost,
                [nameof(Confirmation.Command)] = command,
            },
            new DialogOptions { Width = "min(40rem, 94vw)", CloseDialogOnEsc = true }
        )
            is true;

    /// <summary>Asks, does it when the answer is yes, and tells what became of it.</summary>
    internal async Task<bool> ConfirmedAsync(
        Language words,
        string title,
        IReadOnlyList<string> lost,
        string command,
        Func<Task> action
    ) => await ConfirmAsync(words, title, lost, command) && await DoAsync(words, $"{title} ✓", action);
}
