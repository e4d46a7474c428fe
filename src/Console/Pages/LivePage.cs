using Estiba.Console.Commands;
using Estiba.Console.Live;
using Estiba.Console.Sessions;
using Estiba.Console.Texts;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Estiba.Console.Pages;

/// <summary>A page that shows the newest answer to a question.</summary>
/// <typeparam name="T">What it shows.</typeparam>
public abstract class LivePage<T> : ComponentBase, IDisposable
    where T : class
{
    private IDisposable? _watch;
    private string? _question;

    [CascadingParameter]
    internal Language Words { get; set; } = Language.English;

    [CascadingParameter]
    internal Session Session { get; set; } = null!;

    [Inject]
    internal Feeds Feeds { get; set; } = null!;

    [Inject]
    internal NavigationManager Navigation { get; set; } = null!;

    [Inject]
    internal IJSRuntime Browser { get; set; } = null!;

    [Inject]
    internal Actions Actions { get; set; } = null!;

    /// <summary>The newest answer; null until there is one.</summary>
    internal Answer? Answer { get; private set; }

    /// <summary>What it shows now; what it last knew while nobody answers.</summary>
    protected T? Value { get; private set; }

    /// <summary>What tells the question of this page from all others.</summary>
    protected abstract string Question { get; }

    /// <summary>How long after an answer it is asked again.</summary>
    protected virtual TimeSpan Interval => TimeSpan.FromMilliseconds(800);

    /// <inheritdoc />
    protected override void OnParametersSet() => Ask();

    /// <summary>Asks what is to be asked now, unless that is asked already.</summary>
    private protected void Ask()
    {
        if (_question == Question)
            return;
        _watch?.Dispose();
        _question = Question;
        (Answer, Value) = (null, null);
        var question = Question;
        _watch = Feeds.Watch(Session, $"{GetType().Name} {question}", Interval, Reader(), answer =>
            Hear(question, answer)
        );
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _watch?.Dispose();
        _question = null;
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// Asks what the page is about now; keeps nothing of the page, which may turn to something else while others still
    /// look at this.
    /// </summary>
    private protected abstract Func<Clients, CancellationToken, Task<object>> Reader();

    private void Hear(string question, Answer answer) =>
        _ = InvokeAsync(async () =>
        {
            if (question != _question)
                return;
            if (answer.Kind == AnswerKind.SignedOut)
            {
                await Browser.LeaveAsync();
                return;
            }

            Answer = answer;
            if (answer.Kind != AnswerKind.Unavailable)
                Value = answer.Value as T;
            StateHasChanged();
        });
}
