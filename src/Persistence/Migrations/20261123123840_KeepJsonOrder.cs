using System.Text.Json;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ConcatService.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class KeepJsonOrder : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AlterColumn<JsonElement>(
                name: "parity",
                table: "model_versions",
                type: "json",
                nullable: false,
                oldClrType: typeof(JsonElement),
                oldType: "jsonb");

            migrationBuilder.AlterColumn<JsonElement>(
                name: "outputs",
                table: "model_versions",
                type: "json",
                nullable: false,
                oldClrType: typeof(JsonElement),
                oldType: "jsonb");

            migrationBuilder.AlterColumn<JsonElement>(
                name: "metrics",
                table: "model_versions",
                type: "json",
                nullable: false,
                oldClrType: typeof(JsonElement),
                oldType: "jsonb");

            migrationBuilder.AlterColumn<JsonElement>(
                name: "inputs",
                table: "model_versions",
                type: "json",
                nullable: false,
                oldClrType: typeof(JsonElement),
                oldType: "jsonb");

            migrationBuilder.AlterColumn<JsonElement>(
                name: "classes",
                table: "model_versions",
                type: "json",
                nullable: true,
                oldClrType: typeof(JsonElement),
                oldType: "jsonb",
                oldNullable: true);

            migrationBuilder.AlterColumn<JsonElement>(
                name: "settings",
                table: "jobs",
                type: "json",
                nullable: false,
                oldClrType: typeof(JsonElement),
                oldType: "jsonb");

            migrationBuilder.AlterColumn<JsonElement>(
                name: "result",
                table: "jobs",
                type: "json",
                nullable: true,
                oldClrType: typeof(JsonElement),
                oldType: "jsonb",
                oldNullable: true);

            migrationBuilder.AlterColumn<JsonElement>(
                name: "resolved_settings",
                table: "jobs",
                type: "json",
                nullable: true,
                oldClrType: typeof(JsonElement),
                oldType: "jsonb",
                oldNullable: true);

            migrationBuilder.AlterColumn<JsonElement>(
                name: "metadata",
                table: "jobs",
                type: "json",
                nullable: true,
                oldClrType: typeof(JsonElement),
                oldType: "jsonb",
                oldNullable: true);

            migrationBuilder.AlterColumn<JsonElement>(
                name: "error",
                table: "jobs",
                type: "json",
                nullable: true,
                oldClrType: typeof(JsonElement),
                oldType: "jsonb",
                oldNullable: true);

            migrationBuilder.AlterColumn<JsonElement>(
                name: "environment",
                table: "jobs",
                type: "json",
                nullable: true,
                oldClrType: typeof(JsonElement),
                oldType: "jsonb",
                oldNullable: true);

            migrationBuilder.AlterColumn<JsonElement>(
                name: "data",
                table: "job_events",
                type: "json",
                nullable: true,
                oldClrType: typeof(JsonElement),
                oldType: "jsonb",
                oldNullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AlterColumn<JsonElement>(
                name: "parity",
                table: "model_versions",
                type: "jsonb",
                nullable: false,
                oldClrType: typeof(JsonElement),
                oldType: "json");

            migrationBuilder.AlterColumn<JsonElement>(
                name: "outputs",
                table: "model_versions",
                type: "jsonb",
                nullable: false,
                oldClrType: typeof(JsonElement),
                oldType: "json");

            migrationBuilder.AlterColumn<JsonElement>(
                name: "metrics",
                table: "model_versions",
                type: "jsonb",
                nullable: false,
                oldClrType: typeof(JsonElement),
                oldType: "json");

            migrationBuilder.AlterColumn<JsonElement>(
                name: "inputs",
                table: "model_versions",
                type: "jsonb",
                nullable: false,
                oldClrType: typeof(JsonElement),
                oldType: "json");

            migrationBuilder.AlterColumn<JsonElement>(
                name: "classes",
                table: "model_versions",
                type: "jsonb",
                nullable: true,
                oldClrType: typeof(JsonElement),
                oldType: "json",
                oldNullable: true);

            migrationBuilder.AlterColumn<JsonElement>(
                name: "settings",
                table: "jobs",
                type: "jsonb",
                nullable: false,
                oldClrType: typeof(JsonElement),
                oldType: "json");

            migrationBuilder.AlterColumn<JsonElement>(
                name: "result",
                table: "jobs",
                type: "jsonb",
                nullable: true,
                oldClrType: typeof(JsonElement),
                oldType: "json",
                oldNullable: true);

            migrationBuilder.AlterColumn<JsonElement>(
                name: "resolved_settings",
                table: "jobs",
                type: "jsonb",
                nullable: true,
                oldClrType: typeof(JsonElement),
                oldType: "json",
                oldNullable: true);

            migrationBuilder.AlterColumn<JsonElement>(
                name: "metadata",
                table: "jobs",
                type: "jsonb",
                nullable: true,
                oldClrType: typeof(JsonElement),
                oldType: "json",
                oldNullable: true);

            migrationBuilder.AlterColumn<JsonElement>(
                name: "error",
                table: "jobs",
                type: "jsonb",
                nullable: true,
                oldClrType: typeof(JsonElement),
                oldType: "json",
                oldNullable: true);

            migrationBuilder.AlterColumn<JsonElement>(
                name: "environment",
                table: "jobs",
                type: "jsonb",
                nullable: true,
                oldClrType: typeof(JsonElement),
                oldType: "json",
                oldNullable: true);

            migrationBuilder.AlterColumn<JsonElement>(
                name: "data",
                table: "job_events",
                type: "jsonb",
                nullable: true,
                oldClrType: typeof(JsonElement),
                oldType: "json",
                oldNullable: true);
        }
    }
}
