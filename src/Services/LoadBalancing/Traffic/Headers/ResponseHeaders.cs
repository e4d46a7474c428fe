using Microsoft.AspNetCore.Http;

namespace Estiba.LoadBalancing.Traffic.Headers;

/// <summary>
/// What a listener does to the headers of all answers, a target's and its own ("HTTP header modification"). Never
/// changes.
/// </summary>
/// <param name="Values">Headers that every answer has, whatever its target said.</param>
/// <param name="ShowsServer">Whether its own answers say what they come from.</param>
public sealed record ResponseHeaders(IReadOnlyList<KeyValuePair<string, string>> Values, bool ShowsServer = true)
{
    /// <summary>Answers stay as they are.</summary>
    public static readonly ResponseHeaders Unchanged = new([]);

    /// <summary>Has a response changed when it is sent.</summary>
    internal void ApplyTo(HttpResponse response)
    {
        if (Values.Count == 0 && ShowsServer)
            return;
        response.OnStarting(
            static state =>
            {
                var (headers, response) = ((ResponseHeaders, HttpResponse))state;
                headers.Write(response.Headers);
                return Task.CompletedTask;
            },
            (this, response)
        );
    }

    private void Write(IHeaderDictionary headers)
    {
        foreach (var (name, value) in Values)
            headers[name] = value;
        if (!ShowsServer && headers.Server == Answers.Server)
            headers.Remove("Server");
    }
}
