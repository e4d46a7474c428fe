using Estiba.Console.Live;
using Estiba.Console.Pages;
using Estiba.Console.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Estiba.Console.Hosting;

/// <summary>Puts the console together as an application of ASP.NET that listens nowhere.</summary>
internal static class ConsolePipeline
{
    internal static WebApplication Build(ConsoleOptions options, OneTimeLinks links, GuestServer server)
    {
        var builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions
            {
                ApplicationName = typeof(ConsolePipeline).Assembly.GetName().Name,
                EnvironmentName = Environments.Production,
            }
        );
        builder.Services.AddSingleton<IServer>(server);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddProvider(new PassedOnLog(options.Loggers));
        AddParts(builder.Services, options, links);
        AddAspNet(builder.Services);

        var application = builder.Build();
        application.UsePathBase(ConsoleApplication.Path);
        application.Use(PageHeaders.SetAsync);
        var assets = new Assets();
        application.Use(assets.AnswerAsync);
        application.UseRouting();
        application.UseAuthentication();
        application.UseAuthorization();
        application.UseAntiforgery();
        SignInEndpoints.Map(application);
        application
            .MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(mode => mode.ContentSecurityFrameAncestorsPolicy = "'none'")
            .RequireAuthorization();
        return application;
    }

    private static void AddParts(IServiceCollection services, ConsoleOptions options, OneTimeLinks links)
    {
        services.AddSingleton(options);
        services.AddSingleton(options.Time);
        services.AddSingleton(links);
        services.AddSingleton(_ => new HttpClient(options.Handler()) { Timeout = TimeSpan.FromSeconds(30) });
        services.AddSingleton<SessionList>();
        services.AddSingleton<SignIn>();
        services.AddSingleton<Feeds>();
    }

    private static void AddAspNet(IServiceCollection services)
    {
        services.AddRoutingCore();
        // Cookies and what pages hand back are sealed with a key that ends with the process, as the sessions do.
        services.AddDataProtection();
        services.AddSingleton<IDataProtectionProvider, EphemeralDataProtectionProvider>();
        services.AddAuthentication(SessionCookie.Scheme).AddCookie(SessionCookie.Scheme, SessionCookie.Configure);
        services.AddAuthorization();
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = "estiba-form";
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
            antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            antiforgery.SuppressXFrameOptionsHeader = true;
        });
        // It would write keys to disk at the start, which nothing here is sealed with.
        foreach (var keeper in services.Where(IsKeyKeeper).ToList())
            services.Remove(keeper);
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddHttpContextAccessor();
    }

    private static bool IsKeyKeeper(ServiceDescriptor service) =>
        service.ServiceType == typeof(IHostedService)
        && service.ImplementationType?.Assembly == typeof(IDataProtectionBuilder).Assembly;
}
