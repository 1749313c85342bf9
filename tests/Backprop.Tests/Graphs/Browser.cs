using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Backprop.Tests.Graphs;

/// <summary>
/// A Chromium without a window, driven by its own protocol (DevTools) through a socket. A library for it would bring hundreds of megabytes of other
/// programs to every build; the tests need five commands.
/// </summary>
public sealed class Browser : IAsyncLifetime
{
    static readonly TimeSpan patience = TimeSpan.FromSeconds(60);

    readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> waiting = [];
    readonly SemaphoreSlim sending = new(1);
    readonly ClientWebSocket socket = new();
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("backprop-browser-");
    Process? process;
    Task reading = Task.CompletedTask;
    int calls;

    /// <summary>Where Chromium or Chrome is: <c>CHROME_PATH</c>, or on the path; null if nowhere.</summary>
    static string? Program { get; } = Environment.GetEnvironmentVariable("CHROME_PATH") is { Length: > 0 } given ? given
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(place => new[] { "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome.exe" }.Select(name => Path.Combine(place, name)))
            .FirstOrDefault(File.Exists);

    /// <summary>Raised with every message that answers no call: its method, its session and its parameters.</summary>
    public event Action<string, string?, JsonNode>? Happened;

    /// <summary>Where test pages are written.</summary>
    public string Folder => folder.FullName;

    public async ValueTask InitializeAsync()
    {
        if (Program is null) return;
        var start = new ProcessStartInfo(Program) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
            "--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0", $"--user-data-dir={Path.Combine(Folder, "profile")}", "about:blank"])
            start.ArgumentList.Add(argument);
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var address = new TaskCompletionSource<string>();
        process.ErrorDataReceived += (_, line) =>
        {
            const string Sign = "DevTools listening on ";
            if (line.Data is null) address.TrySetException(new InvalidOperationException($"{Program} ended before it listened."));
            else if (line.Data.StartsWith(Sign, StringComparison.Ordinal)) address.TrySetResult(line.Data[Sign.Length..]);
        };
        process.BeginErrorReadLine();
        await socket.ConnectAsync(new Uri(await address.Task.WaitAsync(patience)), CancellationToken.None);
        reading = Read();
    }

    /// <summary>Skips the test where there is no browser.</summary>
    public static void Require() => Assert.SkipWhen(Program is null, "No Chromium or Chrome is installed, or CHROME_PATH is not set: the page is not tested in a browser.");

    /// <summary>Calls a command of the protocol.</summary>
    public async Task<JsonNode> Call(string method, JsonObject? parameters = null, string? session = null)
    {
        var id = Interlocked.Increment(ref calls);
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        if (session is not null) message["sessionId"] = session;
        var answer = waiting[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await sending.WaitAsync();
        try
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(message.ToJsonString()), WebSocketMessageType.Text, true, CancellationToken.None);
        }
        finally
        {
            sending.Release();
        }
        var result = await answer.Task.WaitAsync(patience);
        return result["error"] is { } error ? throw new InvalidOperationException($"{method}: {error}") : result["result"]!;
    }

    async Task Read()
    {
        var buffer = new byte[1 << 16];
        using var message = new MemoryStream();
        try
        {
            while (true)
            {
                var part = await socket.ReceiveAsync(buffer, CancellationToken.None);
                if (part.MessageType == WebSocketMessageType.Close) break;
                message.Write(buffer, 0, part.Count);
                if (!part.EndOfMessage) continue;
                var node = JsonNode.Parse(Encoding.UTF8.GetString(message.GetBuffer(), 0, (int)message.Length))!;
                message.SetLength(0);
                if ((int?)node["id"] is { } id && waiting.TryRemove(id, out var answer)) answer.TrySetResult(node);
                else if ((string?)node["method"] is { } method) Happened?.Invoke(method, (string?)node["sessionId"], node["params"] ?? new JsonObject());
            }
        }
        catch (WebSocketException)
        {
        }
        foreach (var answer in waiting.Values) answer.TrySetException(new InvalidOperationException("The browser has gone."));
    }

    /// <summary>Opens a page in a tab of its own.</summary>
    public async Task<BrowserPage> Open(string html, int width = 1280, int height = 800, bool dark = false)
    {
        var file = Path.Combine(Folder, $"{Guid.NewGuid():N}.html");
        await File.WriteAllTextAsync(file, html);
        var target = (string)(await Call("Target.createTarget", new() { ["url"] = "about:blank" }))["targetId"]!;
        var session = (string)(await Call("Target.attachToTarget", new() { ["targetId"] = target, ["flatten"] = true }))["sessionId"]!;
        var page = new BrowserPage(this, target, session, new Uri(file).AbsoluteUri);
        await page.Start(width, height, dark);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            try
            {
                await Call("Browser.close");
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
                await process.WaitForExitAsync(limit.Token);
            }
            catch (Exception gone) when (gone is OperationCanceledException or InvalidOperationException or WebSocketException)
            {
                if (!process.HasExited) process.Kill(entireProcessTree: true);
            }
            await reading;
            process.Dispose();
        }
        socket.Dispose();
        sending.Dispose();
        try
        {
            folder.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A process of the browser may still write its last file.
        }
    }
}

/// <summary>A page that is open, and all that went wrong on it.</summary>
public sealed class BrowserPage : IAsyncDisposable
{
    readonly Browser browser;
    readonly string target, session, address;
    readonly TaskCompletionSource loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal BrowserPage(Browser browser, string target, string session, string address) =>
        (this.browser, this.target, this.session, this.address) = (browser, target, session, address);

    /// <summary>Errors, warnings, dialogs, and requests for anything but the page.</summary>
    public ConcurrentQueue<string> Complaints { get; } = [];

    internal async Task Start(int width, int height, bool dark)
    {
        browser.Happened += Note;
        foreach (var domain in (string[])["Page", "Runtime", "Log", "Network"]) await Call($"{domain}.enable");
        await Call("Emulation.setDeviceMetricsOverride", new() { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = false });
        await Call("Emulation.setEmulatedMedia", new() { ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = dark ? "dark" : "light" }) });
        await Call("Page.navigate", new() { ["url"] = address });
        await loaded.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    void Note(string method, string? from, JsonNode what)
    {
        if (from != session) return;
        switch (method)
        {
            case "Page.loadEventFired":
                loaded.TrySetResult();
                break;
            case "Runtime.exceptionThrown" or "Log.entryAdded" or "Runtime.consoleAPICalled":
                Complaints.Enqueue($"{method} {what.ToJsonString()}");
                break;
            case "Page.javascriptDialogOpening":
                Complaints.Enqueue($"{method} {what.ToJsonString()}");
                _ = Call("Page.handleJavaScriptDialog", new() { ["accept"] = true });
                break;
            case "Network.requestWillBeSent" when (string?)what["request"]!["url"] != address:
                Complaints.Enqueue($"request {what["request"]!["url"]}");
                break;
        }
    }

    Task<JsonNode> Call(string method, JsonObject? parameters = null) => browser.Call(method, parameters, session);

    /// <summary>The value of an expression of the page's language.</summary>
    public async Task<T> Ask<T>(string expression)
    {
        var answer = await Call("Runtime.evaluate", new() { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true });
        if (answer["exceptionDetails"] is { } error) throw new InvalidOperationException($"{expression}: {error["exception"]?["description"]}");
        return answer["result"]!["value"].Deserialize<T>()!;
    }

    /// <summary>Presses keys, one after the other, by their names.</summary>
    public async Task Press(params string[] keys)
    {
        foreach (var key in keys)
        {
            var press = new JsonObject { ["type"] = "keyDown", ["key"] = key };
            if (key.Length == 1) press["text"] = key;
            if (key == "Enter") press["text"] = "\r";
            if (key == "Tab") press["windowsVirtualKeyCode"] = 9;
            if (key == "Escape") press["windowsVirtualKeyCode"] = 27;
            await Call("Input.dispatchKeyEvent", press);
            await Call("Input.dispatchKeyEvent", new() { ["type"] = "keyUp", ["key"] = key });
        }
    }

    /// <summary>Where the middle of an element is.</summary>
    public async Task<double[]> Place(string selector) => await Ask<double[]>(
        $"(() => {{ const b = document.querySelector({JsonSerializer.Serialize(selector)}).getBoundingClientRect(); return [b.left + b.width / 2, b.top + b.height / 2]; }})()");

    /// <summary>An event of the mouse: <c>mouseMoved</c>, <c>mousePressed</c>, <c>mouseReleased</c>, <c>mouseWheel</c>.</summary>
    public Task Mouse(string type, double x, double y, int clicks = 1, double wheel = 0) => Call("Input.dispatchMouseEvent", new()
    {
        ["type"] = type,
        ["x"] = x,
        ["y"] = y,
        ["button"] = type is "mousePressed" or "mouseReleased" ? "left" : "none",
        ["clickCount"] = type is "mousePressed" or "mouseReleased" ? clicks : 0,
        ["deltaX"] = 0,
        ["deltaY"] = wheel,
    });

    /// <summary>Clicks the middle of an element.</summary>
    public async Task Click(string selector, int times = 1)
    {
        var at = await Place(selector);
        await Mouse("mouseMoved", at[0], at[1]);
        for (var i = 1; i <= times; i++)
        {
            await Mouse("mousePressed", at[0], at[1], i);
            await Mouse("mouseReleased", at[0], at[1], i);
        }
    }

    /// <summary>What the page looks like, as PNG.</summary>
    public async Task<byte[]> Screenshot() => Convert.FromBase64String((string)(await Call("Page.captureScreenshot"))["data"]!);

    public async ValueTask DisposeAsync()
    {
        browser.Happened -= Note;
        await browser.Call("Target.closeTarget", new() { ["targetId"] = target });
    }
}
